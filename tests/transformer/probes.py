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
    """Three sentences of five, two and four words, and the arguments after the call."""
    s, H = normal(rng, 2, 3).T, normal(rng, 3, 4, 5).transpose(1, 2)
    Ws, Wh, v, mask = normal(rng, 6, 2), normal(rng, 6, 4), normal(rng, 6), up_to([5, 2, 4], 5)
    return bahdanau_attention(s, H, Ws, Wh, v, mask), s, H, Ws, Wh, v, mask


@probe("bahdanau_attention", points=1, public=False)
def additive_scores_of_a_thousand(bahdanau_attention):
    """States and weights of 1000 and -1000 in float32; equal scores; only one position that may be read."""
    s, v = torch.tensor([[1000.0, 0.0], [0.25, -1000.0]]), torch.tensor([1000.0, -700.0, 1.5])
    H = torch.tensor([[[0.0], [0.0], [1000.0], [2000.0]], [[3.0], [-1000.0], [0.5], [2.0]]])
    Ws, Wh = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]), torch.tensor([[0.0], [0.0], [0.001]])
    mask = torch.tensor([[True, True, True, False], [False, False, True, False]])
    return bahdanau_attention(s, H, Ws, Wh, v, mask)


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
    """States of different widths, a batch of three and a batch of one, and the arguments after the calls."""
    s, H, same = normal(rng, 3, 2), normal(rng, 3, 6, 4), normal(rng, 6, 3, 2).transpose(0, 1)
    W, W_concat, v = normal(rng, 4, 2).T, normal(rng, 5, 6), normal(rng, 5)
    results = [
        luong_scores(s, same, "dot"),
        luong_scores(s, H, "general", W),
        luong_scores(s, H, "concat", W_concat, v),
        luong_scores(s[:1], H[1:2], "general", W),
        luong_scores(s[:1], H[1:2], "concat", W_concat, v),
    ]
    return results, s, H, same, W, W_concat, v


@probe("luong_scores", points=1, public=False)
def scores_where_all_sizes_agree(luong_scores, rng):
    """As many positions as features, in both states and in the hidden layer."""
    s, H, W = normal(rng, 2, 3), normal(rng, 2, 3, 3), normal(rng, 3, 3)
    return (
        luong_scores(s, H, "dot"),
        luong_scores(s, H, "general", W),
        luong_scores(s, H, "concat", normal(rng, 6, 6), normal(rng, 6)),
    )


@probe("luong_scores", points=1, public=False)
def scores_of_a_thousand(luong_scores):
    """Entries of 1000 and -1000, in float32."""
    s, H = torch.tensor([[1000.0, -2.0]]), torch.tensor([[[1000.0, 1.0], [-1000.0, 0.5], [0.0, 1000.0]]])
    W = torch.tensor([[1.0, 2.0], [0.5, -1000.0]])
    W_concat = torch.tensor([[1.0, 0.0, 1.0, 0.0], [0.0, 0.1, 0.0, 0.2]])
    return (
        luong_scores(s, H, "dot"),
        luong_scores(s, H, "general", W),
        luong_scores(s, H, "concat", W_concat, torch.tensor([1000.0, -3.0])),
    )


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
    """A kind of score that is none of the three."""
    s, H = numbers([1.0, 2.0]), numbers([[3.0, 0.0], [0.0, 1.0]])
    return raises(luong_scores, s, H, "cosine", torch.eye(2, dtype=F64))


@probe("luong_scores", points=2, public=False, compare=exact())
def windows_at_the_ends_and_between(local_window):
    """Windows of several widths with whole and other centres, at both ends and beyond; and the centres."""
    p = torch.tensor([0.0, 2.75, 6.0, 8.5, -4.0, 3.25], dtype=F64)
    return [local_window(p, n, D) for n, D in ((7, 2), (9, 0), (5, 4))], local_window(p[3:4], 9, 1), p


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
    """Two, three and four axes, no mask, five queries and seven keys; and the arguments after the call."""
    Q, K, V = normal(rng, 2, 3, 4, 5).transpose(2, 3), normal(rng, 2, 3, 7, 4), normal(rng, 2, 3, 7, 6)
    results = [
        scaled_dot_product_attention(Q, K, V),
        scaled_dot_product_attention(Q[1], K[1], V[1]),
        scaled_dot_product_attention(Q[1, 2], K[0, 2], V[1, 0]),
        scaled_dot_product_attention(Q[:1, :1, :1], K[:1, :1], V[:1, :1]),
    ]
    return results, Q, K, V


@probe("scaled_dot_product_attention", points=2, public=False)
def masks_of_every_shape(scaled_dot_product_attention, rng):
    """Masks by query and key, by sentence and key, and by everything; large values at forbidden keys."""
    Q, K, V = normal(rng, 2, 3, 4, 5), normal(rng, 2, 3, 6, 5), normal(rng, 2, 3, 6, 2)
    V[..., 5, :] = 1000.0
    triangle = torch.ones(4, 6, dtype=torch.bool).tril()
    padding = up_to([5, 2], 6)[:, None, None]
    anything = torch.from_numpy(rng.random((2, 3, 4, 6)) < 0.5)
    anything[..., 1] = True
    masks = (triangle, padding, anything)
    return [scaled_dot_product_attention(Q, K, V, mask) for mask in masks], Q, K, V, masks


@probe("scaled_dot_product_attention", points=1, public=False)
def dot_products_of_a_million(scaled_dot_product_attention):
    """Entries of 1000 and -1000 in float32, equal scores among them."""
    Q = torch.tensor([[1000.0, -1000.0, 0.5], [0.0, 0.25, -1.0]])
    K = torch.tensor([[1000.0, 0.0, 1.0], [1000.0, 0.0, 1.0], [-1000.0, 1000.0, 2.0], [0.0, -1000.0, 1000.0]])
    V = torch.tensor([[1.0, 2.0], [3.0, -4.0], [1000.0, 0.0], [0.5, -1000.0]])
    some = torch.tensor([[True, True, True, True], [False, True, True, False]])
    return scaled_dot_product_attention(Q, K, V), scaled_dot_product_attention(Q, K, V, some)


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
    """Three sources of six and targets of four tokens; the padding's id is 5; and the ids after the call."""
    src, tgt = (
        torch.from_numpy(rng.integers(0, 11, size=(3, 6))),
        torch.from_numpy(rng.integers(0, 11, (3, 4))),
    )
    src[0, 4:] = src[1, 1] = src[2, 5] = 5
    tgt[0, 3] = tgt[2, 1:] = 5
    src[:, 0], tgt[:, 0] = torch.tensor([0, 9, 4]), torch.tensor([6, 0, 2])
    return make_masks(src, tgt, 5), src, tgt


@probe("make_masks", points=1, public=False, compare=exact())
def masks_without_padding(make_masks):
    """A batch of one without padding, a target of a single token, and ids of 0 that are no padding."""
    src, tgt = torch.tensor([[3, 0, 2, 7]]), torch.tensor([[4, 1, 0, 0, 6]])
    return make_masks(src, tgt, 9), make_masks(src[:, :1], tgt[:, :1], 1), make_masks(src, tgt, 0)


@probe("multi_head_attention", points=4)
def two_heads_by_hand(multi_head_attention):
    """The two heads of the text."""
    eye, Wo = torch.eye(2, dtype=F64), numbers([1.0, 1.0], [0.0, 10.0])
    q, k, v = numbers([[1.0, 2.0]]), numbers([[1.0, 0.0], [0.0, 2.0]]), numbers([[1.0, 3.0], [2.0, 5.0]])
    return multi_head_attention(q, k, v, eye, eye, eye, Wo, 2)


@probe("multi_head_attention", points=3, public=False)
def heads_of_several_widths(multi_head_attention, rng):
    """Width 12 with one, two, three and twelve heads, a batch of one, and the arguments after the calls."""
    q, k, v = normal(rng, 2, 12, 4).transpose(1, 2), normal(rng, 2, 5, 12), normal(rng, 2, 5, 12)
    Ws = [normal(rng, 12, 12, scale=0.5) for _ in range(4)]
    results = [multi_head_attention(q, k, v, *Ws, h) for h in (1, 2, 3, 12)]
    return results, multi_head_attention(q[:1], k[:1], v[:1], *Ws, 4), q, k, v, Ws


@probe("multi_head_attention", points=2, public=False)
def masks_for_all_heads_and_for_each(multi_head_attention, rng):
    """Padded keys, and a mask that differs from head to head."""
    q, k, v = normal(rng, 3, 4, 6), normal(rng, 3, 5, 6), normal(rng, 3, 5, 6)
    Ws = [normal(rng, 6, 6) for _ in range(4)]
    padding = up_to([5, 1, 3], 5)[:, None, None]
    each = torch.from_numpy(rng.random((3, 2, 4, 5)) < 0.5)
    each[..., 2] = True
    return multi_head_attention(q, k, v, *Ws, 3, padding), multi_head_attention(q, k, v, *Ws, 2, mask=each)


@probe("multi_head_attention", points=1, public=False)
def heads_with_large_numbers(multi_head_attention):
    """Tokens with entries of 1000 and -1000, in float32."""
    x = torch.tensor([[[1000.0, -1000.0, 1.0, 0.5], [1000.0, 1000.0, -2.0, 3.0], [0.0, -1000.0, 1.0, 1.0]]])
    W = torch.arange(16.0).reshape(4, 4) / 8 - 1
    return multi_head_attention(x, x, x.flip(2), W, torch.eye(4), W.T.contiguous(), W.flip(0), 2)


@probe("multi_head_attention", points=2, public=False, compare=close(1e-4, 1e-5))
def gradients_reach_every_matrix(multi_head_attention, rng):
    """Autograd through outputs and weights, to tokens and matrices."""
    shapes = [(2, 3, 4), (2, 5, 4), (2, 5, 4), (4, 4), (4, 4), (4, 4), (4, 4)]
    inputs = [normal(rng, *shape).requires_grad_() for shape in shapes]
    mask = up_to([4, 5], 5)[:, None, None]
    return gradients(rng, multi_head_attention(*inputs, 2, mask), inputs)


@probe("sinusoidal_positions", points=2)
def positions_by_hand(sinusoidal_positions):
    """Three positions of width 4: the text has the rows 0 and 2."""
    return sinusoidal_positions(3, 4)


@probe("sinusoidal_positions", points=2, public=False)
def thirty_positions(sinusoidal_positions):
    """Thirty positions of width 10."""
    return sinusoidal_positions(30, 10)


@probe("sinusoidal_positions", points=1, public=False)
def narrow_wide_and_single_positions(sinusoidal_positions):
    """Width 2, width 64, and a single position."""
    return sinusoidal_positions(7, 2), sinusoidal_positions(11, 64), sinusoidal_positions(1, 6)


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
        p[f"norm{i + 1}"] = {"gamma": 1 + normal(rng, D, scale=0.3), "beta": normal(rng, D, scale=0.3)}
    return p


def tensors_of(p):
    """All tensors of a layer, in the order of their names, ready for autograd."""
    return [p[part][name].requires_grad_() for part in sorted(p) for name in sorted(p[part])]


@probe("encoder_layer", points=2)
def norm_by_hand(layer_norm):
    """The token (1, 3, 5, 7) of the text, and the same with gamma = (1, 1, 2, 2), beta = (0, 10, 0, 10)."""
    x = numbers([1.0, 3.0, 5.0, 7.0])
    ones, zeros = torch.ones(4, dtype=F64), torch.zeros(4, dtype=F64)
    gamma, beta = (
        torch.tensor([1.0, 1.0, 2.0, 2.0], dtype=F64),
        torch.tensor([0.0, 10.0, 0.0, 10.0], dtype=F64),
    )
    return layer_norm(x, ones, zeros), layer_norm(x, gamma, beta)


@probe("encoder_layer", points=3)
def one_token_by_hand(feed_forward, encoder_layer):
    """The layer of the text with the token (1, 3), and its feed-forward network at (-1, 1) and (1, -1)."""
    eye, norm = (
        torch.eye(2, dtype=F64),
        {"gamma": torch.ones(2, dtype=F64), "beta": torch.zeros(2, dtype=F64)},
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
    mask = torch.ones(1, 1, 1, 1, dtype=torch.bool)
    return feed_forward(numbers([-1.0, 1.0], [1.0, -1.0]), **ffn), encoder_layer(
        numbers([[1.0, 3.0]]), p, 1, mask
    )


@probe("encoder_layer", points=2, public=False)
def norms_of_any_rank(layer_norm, rng):
    """One, two, three and four axes with two values of eps, and the arguments after the calls."""
    x, gamma, beta = normal(rng, 2, 3, 5, 4).transpose(2, 3), normal(rng, 5), normal(rng, 5)
    x = 2 * x + 3
    results = [layer_norm(t, gamma, beta) for t in (x, x[0], x[0, 1], x[1, 2, 3])]
    return results, layer_norm(x, gamma, beta, 0.5), layer_norm(x[1], gamma, beta, eps=2.0), x, gamma, beta


@probe("encoder_layer", points=1, public=False)
def norms_of_nearly_equal_features(layer_norm):
    """Tokens whose features are equal or almost so, where eps matters; and features of 1000 in float32."""
    gamma, beta = torch.tensor([1.0, 2.0, -1.0], dtype=F64), torch.tensor([0.5, 0.0, 3.0], dtype=F64)
    x = numbers([2.0, 2.0, 2.0], [0.0, 0.003, -0.001], [5.001, 5.0, 5.004])
    large = torch.tensor([[1000.0, -1000.0, 999.0], [0.0, 1000.0, 0.0]])
    return layer_norm(x, gamma, beta), layer_norm(large, gamma.float(), beta.float())


@probe("encoder_layer", points=1, public=False)
def networks_of_any_rank(feed_forward, rng):
    """The feed-forward network on one, two and three axes, and the arguments after the calls."""
    x, W1, b1, W2, b2 = (normal(rng, *shape) for shape in [(2, 3, 4), (4, 6), (6,), (6, 4), (4,)])
    return [feed_forward(t, W1, b1, W2, b2) for t in (x, x[1], x[0, 2])], x, W1, b1, W2, b2


@probe("encoder_layer", points=3, public=False)
def encoder_layers_of_padded_sentences(encoder_layer, rng):
    """Three sentences of five, one and three words, with two and three heads; and the arguments after."""
    x, p, mask = (
        normal(rng, 3, 5, 6),
        random_layer(rng, 6, 9, ["self_attention"]),
        up_to([5, 1, 3], 5)[:, None, None],
    )
    return encoder_layer(x, p, 2, mask), encoder_layer(x[1:], p, 3, mask[1:]), x, p, mask


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
    norm = {"gamma": torch.ones(2, dtype=F64), "beta": torch.zeros(2, dtype=F64)}
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
    """Three targets of four and sources of five tokens, all padded; and the arguments after the calls."""
    y, memory, p = (
        normal(rng, 3, 4, 6),
        normal(rng, 3, 5, 6),
        random_layer(rng, 6, 7, ["self_attention", "cross_attention"]),
    )
    tgt_mask, src_mask = causal([2, 4, 3], 4), up_to([3, 5, 1], 5)[:, None, None]
    results = [
        decoder_layer(y, memory, p, 3, tgt_mask, src_mask),
        decoder_layer(y[:1], memory[:1], p, 2, tgt_mask[:1], src_mask[:1]),
    ]
    return results, y, memory, p, tgt_mask, src_mask


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
            p.copy_(normal(rng, *p.shape, scale=scale) + name.endswith("gamma"))
    return model


@probe("Transformer", points=1, compare=exact())
def parameters_by_hand(parameter_count):
    """The 640 parameters of the text."""
    return parameter_count(10, 8, 4, 16, 1)


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
    return [parameter_count(*size) for size in sizes]


@probe("Transformer", points=1, public=False)
def embeddings_of_two_tables(Transformer, rng):
    """Both tables, a batch of three, of one, and a single token; and the ids after the calls."""
    model = filled(Transformer(7, 5, 6, 3, 4, 1, 2), rng)
    ids = torch.tensor([[4, 2, 0, 1], [3, 3, 2, 2], [0, 1, 4, 4]])
    results = [model.embed(model.src_embedding, ids), model.embed(model.tgt_embedding, ids[1:2])]
    return results, model.embed(model.tgt_embedding, ids[:, :1]), ids


@probe("Transformer", points=3, public=False)
def logits_of_two_layers(Transformer, rng):
    """Two layers, sources of five and targets of four tokens, padding with the id 3; and the ids after."""
    model = filled(Transformer(9, 6, 8, 2, 10, 2, 3), rng)
    src = torch.tensor([[8, 0, 5, 3, 3], [1, 2, 4, 6, 7], [6, 6, 0, 2, 3]])
    tgt_in = torch.tensor([[1, 4, 3, 3], [1, 0, 5, 2], [1, 5, 2, 3]])
    return model(src, tgt_in), src, tgt_in


@probe("Transformer", points=2, public=False)
def logits_of_three_layers_and_one(Transformer, rng):
    """Three layers with four heads and one layer with one head, for a batch of one without padding."""
    deep, flat = filled(Transformer(6, 7, 4, 4, 6, 3, 0), rng), filled(Transformer(6, 7, 6, 1, 3, 1, 0), rng)
    src, tgt_in = torch.tensor([[3, 5, 1]]), torch.tensor([[1, 2, 6, 4, 6]])
    return deep(src, tgt_in), flat(src, tgt_in), flat(src[:, :1], tgt_in[:, :1])


@probe("Transformer", points=2, public=False)
def losses_of_padded_targets(Transformer, rng):
    """Targets of three to six tokens, together and each alone, padding with the id 4; and the ids after."""
    model = filled(Transformer(8, 7, 6, 2, 9, 1, 4), rng)
    src = torch.tensor([[7, 0, 5, 4], [1, 2, 4, 4], [6, 6, 0, 2]])
    tgt = torch.tensor([[1, 5, 2, 4, 4, 4], [1, 6, 0, 6, 3, 2], [1, 2, 4, 4, 4, 4]])
    alone = [model.loss(src[i : i + 1, : 2 + i], tgt[i : i + 1]) for i in range(3)]
    return model.loss(src, tgt), alone, src, tgt


@probe("Transformer", points=2, public=False, compare=close(1e-3, 1e-5))
def gradients_of_the_loss(Transformer, rng):
    """The gradient of the loss in every parameter of a model with two layers."""
    model = filled(Transformer(6, 5, 12, 3, 7, 2, 0), rng, 0.3)
    model.loss(
        torch.tensor([[3, 5, 1, 0], [2, 4, 4, 5]]), torch.tensor([[1, 3, 4, 2], [1, 4, 2, 0]])
    ).backward()
    return {name: p.grad for name, p in sorted(model.named_parameters())}


@probe("Transformer", points=4, public=False, compare=exact())
def writing_until_all_are_complete(Transformer):
    """Two models, four sources, five end tokens, few and many steps; the sources stay unchanged."""
    src, written = torch.tensor([[8, 0, 5, 3], [1, 2, 4, 6], [6, 3, 3, 3], [7, 7, 7, 3]]), []
    for seed in (648, 364):  # models that complete the sources at different steps, with clear decisions
        model = filled(Transformer(9, 6, 8, 2, 10, 1, 3), np.random.default_rng(seed), 0.6)
        with torch.no_grad():
            model.output.bias[3] = -1000.0  # padding is never written by choice
        written.append([model.greedy(src, 4 if eos == 1 else 1, eos, 7) for eos in (0, 1, 2, 4, 5)])
        written.append([model.greedy(src[:1], 1, 5, 1), model.greedy(src[:3, :3], 4, 2, 3)])
    return written, src
