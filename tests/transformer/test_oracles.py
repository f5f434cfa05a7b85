"""The reference of transformer against torch.nn, torch.autograd, plain Python and numbers of the text."""

import itertools
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64


def same(actual, expected, **tolerance):
    torch.testing.assert_close(actual, torch.as_tensor(expected, dtype=actual.dtype), **tolerance)


def test_bahdanau_attention_number_by_number(ref, torch_rng):
    s, H, Ws, Wh, v = (
        randn(torch_rng, 3, 2),
        randn(torch_rng, 3, 5, 4),
        randn(torch_rng, 6, 2),
        randn(torch_rng, 6, 4),
        randn(torch_rng, 6),
    )
    lengths = [5, 2, 4]
    mask = torch.arange(5) < torch.tensor(lengths)[:, None]
    context, alpha = ref.bahdanau_attention(s, H, Ws, Wh, v, mask)
    for b, n in enumerate(lengths):
        powers = []
        for j in range(n):
            hidden = [
                math.tanh(
                    sum(Ws[a, i].item() * s[b, i].item() for i in range(2))
                    + sum(Wh[a, i].item() * H[b, j, i].item() for i in range(4))
                )
                for a in range(6)
            ]
            powers.append(math.exp(sum(v[a].item() * hidden[a] for a in range(6))))
        weights = [p / sum(powers) for p in powers] + [0.0] * (5 - n)
        same(alpha[b], weights)
        same(context[b], [sum(weights[j] * H[b, j, i].item() for j in range(5)) for i in range(4)])


def test_bahdanau_attention_by_hand(ref):
    ell, one = math.log(2), torch.ones(1, 1, dtype=F64)
    H = torch.tensor([[[0.0], [-ell], [5 * ell]]], dtype=F64)
    s, v = torch.tensor([[ell]], dtype=F64), torch.tensor([5.0], dtype=F64)
    context, alpha = ref.bahdanau_attention(s, H, one, one, v, torch.tensor([[True, True, False]]))
    worked(ref, "bahdanau_attention", "= (0.9526, 0.0474, 0)", alpha)
    worked(ref, "bahdanau_attention", "= -0.0329", context)
    _, unmasked = ref.bahdanau_attention(s, H, one, one, v, torch.tensor([[True, True, True]]))
    worked(ref, "bahdanau_attention", "largest weight, 0.875", unmasked[0, 2])


def test_bahdanau_attention_without_tanh_forgets_the_state(torch_rng):
    """What the text says of a linear score: differences between positions do not depend on s."""
    H, Ws, Wh, v = (
        randn(torch_rng, 1, 5, 4),
        randn(torch_rng, 6, 2),
        randn(torch_rng, 6, 4),
        randn(torch_rng, 6),
    )
    weights = [torch.softmax((Ws @ s + H[0] @ Wh.T) @ v, 0) for s in randn(torch_rng, 2, 2)]
    same(weights[0], weights[1])


def test_luong_scores_concat_is_bahdanau(ref, torch_rng):
    s, H, W, v = (
        randn(torch_rng, 2, 3),
        randn(torch_rng, 2, 5, 4),
        randn(torch_rng, 6, 7),
        randn(torch_rng, 6),
    )
    _, alpha = ref.bahdanau_attention(
        s, H, W[:, :3], W[:, 3:], v, torch.ones(2, 5, dtype=torch.bool)
    )
    same(torch.softmax(ref.luong_scores(s, H, "concat", W, v), dim=1), alpha)


def test_luong_scores_general_is_torchs_bilinear(ref, torch_rng):
    s, H, W = randn(torch_rng, 2, 3), randn(torch_rng, 2, 5, 4), randn(torch_rng, 3, 4)
    expected = F.bilinear(s[:, None].expand(2, 5, 3).contiguous(), H, W[None])
    same(ref.luong_scores(s, H, "general", W), expected[..., 0])
    same(
        ref.luong_scores(H[:, 0], H, "dot"),
        torch.stack([(H[:, 0] * H[:, j]).sum(1) for j in range(5)], 1),
    )


def test_luong_scores_by_hand(ref):
    s, h = torch.tensor([[1.0, 2.0]], dtype=F64), torch.tensor([[[1.0], [-1.0], [2.0]]], dtype=F64)
    same(ref.luong_scores(s, torch.tensor([[[3.0, 0.0], [0.0, 1.0]]], dtype=F64), "dot"), [[3, 2]])
    same(ref.luong_scores(s, h, "general", torch.tensor([[3.0], [-1.0]], dtype=F64)), [[1, -1, 2]])
    W = math.log(2) * torch.tensor([[1.0, -0.5, 1.0]], dtype=F64)
    same(
        ref.luong_scores(s, h, "concat", W, torch.tensor([10.0], dtype=F64)),
        [[6, -6, 10 * 15 / 17]],
    )
    keys = torch.tensor([[[3.0, 0.0], [0.0, 1.0]]], dtype=F64)
    worked(ref, "luong_scores", "gives $(3, 2)$", ref.luong_scores(s, keys, "dot"))
    general = ref.luong_scores(s, h, "general", torch.tensor([[3.0], [-1.0]], dtype=F64))
    worked(ref, "luong_scores", "the scores are $(1, -1, 2)$", general)
    concat = ref.luong_scores(s, h, "concat", W, torch.tensor([10.0], dtype=F64))
    worked(ref, "luong_scores", "= (6, -6, 8.824)", concat)
    with pytest.raises(ValueError):
        ref.luong_scores(s, h, "cosine")


def test_local_window_by_hand(ref):
    def places(p, n, D):
        return ref.local_window(torch.tensor([p]), n, D)[0].nonzero().flatten().tolist()

    assert places(5.0, 8, 2) == [3, 4, 5, 6, 7]
    assert places(1.0, 8, 2) == [0, 1, 2, 3]
    assert places(2.6, 8, 1) == [2, 3]
    text = "$p = 5$ allows 3, 4, 5, 6, 7, and $p = 1$ allows 0, 1, 2, 3"
    worked(ref, "luong_scores", text, [5, places(5.0, 8, 2), 1, places(1.0, 8, 2)])
    worked(ref, "luong_scores", "$[1.6, 3.6]$: 2 and 3", [1.6, 3.6, places(2.6, 8, 1)])
    assert all(
        len(places(float(p), 20, D)) == 2 * D + 1 for D in range(4) for p in range(D, 20 - D)
    )


@pytest.mark.parametrize("dtype", [torch.float32, F64])
def test_scaled_dot_product_attention_is_torchs(ref, torch_rng, dtype):
    Q, K, V = (
        randn(torch_rng, *shape).to(dtype) for shape in [(2, 3, 4, 5), (2, 3, 6, 5), (2, 3, 6, 7)]
    )
    mask = torch.rand(2, 1, 4, 6, generator=torch_rng) < 0.6
    mask[..., 3] = True
    for allowed in (None, mask):
        out, weights = ref.scaled_dot_product_attention(Q, K, V, allowed)
        same(out, F.scaled_dot_product_attention(Q, K, V, attn_mask=allowed))
        same(weights.sum(-1), torch.ones(2, 3, 4))
        assert allowed is None or (weights.masked_select(~allowed) == 0).all()


def test_scaled_dot_product_attention_gradients(ref, torch_rng):
    inputs = [
        randn(torch_rng, *shape).requires_grad_() for shape in [(2, 3, 4), (2, 5, 4), (2, 5, 2)]
    ]
    mask = torch.ones(3, 5, dtype=torch.bool).tril(1)
    assert torch.autograd.gradcheck(lambda *x: ref.scaled_dot_product_attention(*x, mask), inputs)


def test_scaled_dot_product_attention_by_hand(ref):
    q = torch.ones(1, 4, dtype=F64)
    K = torch.tensor([[1.0, 1, 1, 1], [1, 1, 1, -1], [2, 2, 2, 2]], dtype=F64)
    V = torch.tensor([[1.0, 0], [0, 10], [7, 7]], dtype=F64)
    out, weights = ref.scaled_dot_product_attention(q, K, V, torch.tensor([[True, True, False]]))
    name = "scaled_dot_product_attention"
    worked(ref, name, "= (0.7311, 0.2689, 0)", weights)
    worked(ref, name, "the output is $(0.7311, 2.6894)$", out)
    allowed = torch.tensor([[True, True, False]])
    unscaled = ref.scaled_dot_product_attention(2 * q, K, V, allowed)[1]
    worked(ref, name, "(0.8808, 0.1192, 0)", unscaled)


def test_why_the_square_root(ref):
    numbers = ref.why_the_square_root()
    worked(ref, "scaled_dot_product_attention", "the scores are of size 22.6", math.sqrt(512))
    assert numbers["spread_1024"] == pytest.approx(32, rel=0.05)


def test_make_masks_is_torchs_causal_mask(ref):
    src, tgt = torch.tensor([[5, 3, 7, 0], [4, 0, 0, 0]]), torch.tensor([[1, 4, 2], [1, 2, 0]])
    src_mask, tgt_mask = ref.make_masks(src, tgt, 0)
    forbidden = nn.Transformer.generate_square_subsequent_mask(3) == -math.inf
    assert src_mask.shape == (2, 1, 1, 4) and tgt_mask.shape == (2, 1, 3, 3)
    assert torch.equal(tgt_mask[0, 0], ~forbidden)
    assert torch.equal(tgt_mask[1, 0], ~forbidden & torch.tensor([True, True, False]))
    assert src_mask[:, 0, 0].tolist() == [[True, True, True, False], [True, False, False, False]]


def test_make_masks_by_hand(ref):
    src_mask, tgt_mask = ref.make_masks(torch.tensor([[5, 3, 0]]), torch.tensor([[1, 4, 0]]), 0)
    assert src_mask.int().tolist() == [[[[1, 1, 0]]]]
    assert tgt_mask.int().tolist() == [[[[1, 0, 0], [1, 1, 0], [1, 1, 0]]]]
    worked(ref, "make_masks", "`[1 1 0]`. The rows", src_mask)
    worked(ref, "make_masks", "`[1 0 0]`, `[1 1 0]`, `[1 1 0]`", tgt_mask)


@pytest.mark.parametrize("h", [1, 2, 3, 6])
def test_multi_head_attention_is_torchs(ref, torch_rng, h):
    q, k, v = randn(torch_rng, 2, 4, 6), randn(torch_rng, 2, 5, 6), randn(torch_rng, 2, 5, 6)
    Ws = [randn(torch_rng, 6, 6) for _ in range(4)]
    padding = torch.arange(5) < torch.tensor([5, 3])[:, None]
    theirs = nn.MultiheadAttention(6, h, bias=False, batch_first=True, dtype=F64)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([W.T for W in Ws[:3]]))
        theirs.out_proj.weight.copy_(Ws[3].T)
    out, weights = theirs(q, k, v, key_padding_mask=~padding, average_attn_weights=False)
    ours, our_weights = ref.multi_head_attention(q, k, v, *Ws, h, padding[:, None, None])
    same(ours, out)
    same(our_weights, weights)


def test_multi_head_attention_by_hand(ref):
    eye, Wo = torch.eye(2, dtype=F64), torch.tensor([[1.0, 1], [0, 10]], dtype=F64)
    q, k, v = (
        torch.tensor(x, dtype=F64)
        for x in ([[[1.0, 2]]], [[[1.0, 0], [0, 2]]], [[[1.0, 3], [2, 5]]])
    )
    out, weights = ref.multi_head_attention(q, k, v, eye, eye, eye, Wo, 2)
    worked(ref, "multi_head_attention", "(0.7311, 0.2689)", weights[0, 0])
    worked(ref, "multi_head_attention", "(0.0180, 0.9820)", weights[0, 1])
    worked(ref, "multi_head_attention", "= (1.2689, 50.9092)", out)
    joined, _ = ref.multi_head_attention(q, k, v, eye, eye, eye, eye, 2)
    worked(ref, "multi_head_attention", "result $1.2689$", joined[0, 0, 0])
    worked(ref, "multi_head_attention", "result $4.9640$", joined[0, 0, 1])


@pytest.mark.parametrize("n, d", [(50, 8), (3, 2), (20, 64)])
def test_sinusoidal_positions_number_by_number(ref, n, d):
    PE = ref.sinusoidal_positions(n, d)
    assert PE.dtype == torch.float32
    for p, i in itertools.product(range(n), range(d // 2)):
        angle = p / 10000 ** (2 * i / d)
        same(PE[p, 2 * i : 2 * i + 2], [math.sin(angle), math.cos(angle)], rtol=1e-5, atol=1e-5)


def test_sinusoidal_positions_move_by_a_fixed_rotation(ref):
    d, k = 6, 5
    PE = ref.sinusoidal_positions(40, d)
    blocks = []
    for i in range(d // 2):
        a = k * 10000 ** (-2 * i / d)
        blocks.append(torch.tensor([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]]))
    rotation = torch.block_diag(*blocks)
    same(PE[:-k] @ rotation.T, PE[k:], rtol=1e-4, atol=1e-5)
    same(PE.norm(dim=1), torch.full((40,), math.sqrt(d / 2)))


def test_sinusoidal_positions_by_hand(ref):
    PE = ref.sinusoidal_positions(3, 4)
    worked(ref, "sinusoidal_positions", "= (0.9093, -0.4161, 0.0200, 0.9998)", PE[2])
    worked(ref, "sinusoidal_positions", "PE_0 = (0, 1, 0, 1)", PE[0])


def test_attention_is_equivariant_but_not_invariant(ref, torch_rng):
    x, Ws = randn(torch_rng, 1, 7, 6), [randn(torch_rng, 6, 6) for _ in range(4)]
    order = torch.randperm(7, generator=torch_rng)
    moved = x[:, order]
    out, _ = ref.multi_head_attention(x, x, x, *Ws, 2)
    out_moved, _ = ref.multi_head_attention(moved, moved, moved, *Ws, 2)
    same(out_moved, out[:, order])
    assert not torch.allclose(out_moved, out)


def random_layer(rng, D, d_ff, attentions):
    p = {a: {W: randn(rng, D, D) for W in ("Wq", "Wk", "Wv", "Wo")} for a in attentions}
    p["feed_forward"] = {
        "W1": randn(rng, D, d_ff),
        "b1": randn(rng, d_ff),
        "W2": randn(rng, d_ff, D),
        "b2": randn(rng, D),
    }
    for i in range(1, len(attentions) + 2):
        p[f"norm{i}"] = {"gain": randn(rng, D), "bias": randn(rng, D)}
    return p


def copy_layer(p, layer, attentions):
    """Give torch's layer the parameters p; its attention biases become 0."""
    with torch.no_grad():
        for ours, theirs in attentions.items():
            attention = getattr(layer, theirs)
            attention.in_proj_weight.copy_(torch.cat([p[ours][W].T for W in ("Wq", "Wk", "Wv")]))
            attention.out_proj.weight.copy_(p[ours]["Wo"].T)
            attention.in_proj_bias.zero_()
            attention.out_proj.bias.zero_()
        for i, linear in ((1, layer.linear1), (2, layer.linear2)):
            linear.weight.copy_(p["feed_forward"][f"W{i}"].T)
            linear.bias.copy_(p["feed_forward"][f"b{i}"])
        for i in range(1, len(attentions) + 2):
            norm = getattr(layer, f"norm{i}")
            norm.weight.copy_(p[f"norm{i}"]["gain"])
            norm.bias.copy_(p[f"norm{i}"]["bias"])
    return layer


@pytest.mark.parametrize("eps", [1e-5, 0.3])
def test_layer_norm_is_torchs(ref, torch_rng, eps):
    x, gain, bias = 3 * randn(torch_rng, 2, 3, 5) + 1, randn(torch_rng, 5), randn(torch_rng, 5)
    same(ref.layer_norm(x, gain, bias, eps), F.layer_norm(x, (5,), gain, bias, eps))
    same(ref.layer_norm(x, gain, bias), F.layer_norm(x, (5,), gain, bias))


def test_feed_forward_is_torchs(ref, torch_rng):
    p = random_layer(torch_rng, 4, 7, [])["feed_forward"]
    net = nn.Sequential(nn.Linear(4, 7, dtype=F64), nn.ReLU(), nn.Linear(7, 4, dtype=F64))
    with torch.no_grad():
        for linear, i in ((net[0], 1), (net[2], 2)):
            linear.weight.copy_(p[f"W{i}"].T)
            linear.bias.copy_(p[f"b{i}"])
    x = randn(torch_rng, 2, 3, 4)
    same(ref.feed_forward(x, **p), net(x).detach())


def test_encoder_layer_is_torchs(ref, torch_rng):
    p, x = random_layer(torch_rng, 6, 9, ["self_attention"]), randn(torch_rng, 3, 5, 6)
    layer = nn.TransformerEncoderLayer(6, 2, 9, dropout=0.0, batch_first=True, dtype=F64)
    copy_layer(p, layer, {"self_attention": "self_attn"})
    padding = torch.arange(5) >= torch.tensor([5, 2, 4])[:, None]
    same(
        ref.encoder_layer(x, p, 2, ~padding[:, None, None]),
        layer(x, src_key_padding_mask=padding).detach(),
    )


def test_encoder_layer_by_hand(ref):
    zeros, ones = torch.zeros(4, dtype=F64), torch.ones(4, dtype=F64)
    normed = ref.layer_norm(torch.tensor([1.0, 3, 5, 7], dtype=F64), ones, zeros)
    worked(ref, "encoder_layer", "= (-1.3416, -0.4472, 0.4472, 1.3416)", normed)
    worked(ref, "encoder_layer", "would give 1.1619", 3 / math.sqrt(20 / 3))
    eye, norm = torch.eye(2, dtype=F64), {"gain": ones[:2], "bias": zeros[:2]}
    p = {
        "self_attention": {"Wq": eye, "Wk": eye, "Wv": eye, "Wo": eye},
        "feed_forward": {
            "W1": torch.tensor([[0.0], [4.0]], dtype=F64),
            "b1": zeros[:1],
            "W2": torch.tensor([[1.0, 0.0]], dtype=F64),
            "b2": zeros[:2],
        },
        "norm1": norm,
        "norm2": norm,
    }
    out = ref.encoder_layer(
        torch.tensor([[[1.0, 3.0]]], dtype=F64), p, 1, torch.ones(1, 1, 1, 1, dtype=torch.bool)
    )
    same(out, [[[1.0, -1.0]]], rtol=0, atol=2e-5)
    worked(ref, "encoder_layer", r"x'' = \text{LN}(3, 1) = (1, -1)", [3, 1, out.round(decimals=4)])


def test_decoder_layer_by_hand(ref):
    eye, zero = torch.eye(2, dtype=F64), torch.zeros(2, 2, dtype=F64)
    norm = {"gain": torch.ones(2, dtype=F64), "bias": zero[0]}
    p = {
        "self_attention": {"Wq": eye, "Wk": eye, "Wv": zero, "Wo": eye},
        "cross_attention": {"Wq": eye, "Wk": eye, "Wv": eye, "Wo": eye},
        "feed_forward": {"W1": zero, "b1": zero[0], "W2": zero, "b2": zero[0]},
        "norm1": norm,
        "norm2": norm,
        "norm3": norm,
    }
    y, memory = torch.tensor([[[1.0, 3]]], dtype=F64), torch.tensor([[[5.0, 1], [5, 1], [8, 9]]])
    masks = torch.ones(1, 1, 1, 1).bool(), torch.tensor([[[[True, True, False]]]])
    text = r"y'' = \text{LN}(4, 2) = (1, -1)"
    for b2 in (zero[0], torch.tensor([-1.0, 3], dtype=F64)):
        p["feed_forward"]["b2"] = b2
        out, weights = ref.decoder_layer(y, memory.double(), p, 1, *masks)
        worked(ref, "decoder_layer", r"(\tfrac12, \tfrac12, 0)", weights)
        size = [4, 2] if not b2.any() else [0, 2]
        worked(ref, "decoder_layer", text, [*size, out.round(decimals=4)])
        text = r"= \text{LN}(0, 2) = (-1, 1)"


@pytest.mark.parametrize("m, n", [(4, 5), (3, 3)])
def test_decoder_layer_is_torchs(ref, torch_rng, m, n):
    p = random_layer(torch_rng, 6, 9, ["self_attention", "cross_attention"])
    y, memory = randn(torch_rng, 2, m, 6), randn(torch_rng, 2, n, 6)
    layer = nn.TransformerDecoderLayer(6, 3, 9, dropout=0.0, batch_first=True, dtype=F64)
    copy_layer(p, layer, {"self_attention": "self_attn", "cross_attention": "multihead_attn"})
    causal = torch.ones(m, m, dtype=torch.bool).tril()
    padding = torch.arange(n) >= torch.tensor([n, 2])[:, None]
    expected = layer(y, memory, tgt_mask=~causal, memory_key_padding_mask=padding).detach()
    out, weights = ref.decoder_layer(y, memory, p, 3, causal[None, None], ~padding[:, None, None])
    same(out, expected)
    assert weights.shape == (2, 3, m, n)
    same(weights.sum(-1), torch.ones(2, 3, m))
    assert (weights[1, ..., 2:] == 0).all()


def test_decoder_layer_weights_are_those_of_the_cross_attention(ref, torch_rng):
    """With equal memory tokens every allowed one gets the same weight."""
    p = random_layer(torch_rng, 4, 5, ["self_attention", "cross_attention"])
    memory = randn(torch_rng, 1, 1, 4).expand(1, 5, 4)
    mask = torch.tensor([[[[True, True, True, False, False]]]])
    _, weights = ref.decoder_layer(
        randn(torch_rng, 1, 2, 4), memory, p, 2, torch.ones(1, 1, 2, 2, dtype=torch.bool), mask
    )
    same(
        weights, torch.tensor([1 / 3, 1 / 3, 1 / 3, 0, 0]).expand(1, 2, 2, 5), rtol=1e-6, atol=1e-9
    )


def torch_transformer(model, n_layers, h):
    """Encoder and decoder of torch with the parameters of our model."""
    D, d_ff = model.d_model, model.encoder[0]["feed_forward"]["b1"].shape[0]
    options = {"dropout": 0.0, "batch_first": True}
    encoder = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(D, h, d_ff, **options), n_layers, enable_nested_tensor=False
    )
    decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(D, h, d_ff, **options), n_layers)
    for p, layer in zip(model.encoder, encoder.layers):
        copy_layer(p, layer, {"self_attention": "self_attn"})
    for p, layer in zip(model.decoder, decoder.layers):
        copy_layer(p, layer, {"self_attention": "self_attn", "cross_attention": "multihead_attn"})
    return encoder, decoder


def small_model(ref, seed=0, n_layers=2):
    torch.manual_seed(seed)
    model = ref.Transformer(9, 7, 8, 2, 10, n_layers, 0)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.3 * torch.randn_like(p))
    return model


SRC = torch.tensor([[5, 3, 8, 0, 0], [1, 2, 7, 6, 4]])
TGT = torch.tensor([[1, 4, 5, 2, 0, 0], [1, 3, 6, 6, 5, 2]])


def test_transformer_is_torchs(ref):
    model = small_model(ref)
    encoder, decoder = torch_transformer(model, 2, 2)
    tgt_in, pad = TGT[:, :-1], SRC == 0

    def embedded(table, ids):
        return math.sqrt(8) * F.embedding(ids, table.weight) + ref.sinusoidal_positions(
            ids.shape[1], 8
        )

    memory = encoder(embedded(model.src_embedding, SRC), src_key_padding_mask=pad)
    y = decoder(
        embedded(model.tgt_embedding, tgt_in),
        memory,
        tgt_mask=torch.ones(5, 5, dtype=torch.bool).triu(1),
        tgt_key_padding_mask=tgt_in == 0,
        memory_key_padding_mask=pad,
    )
    logits, weights = model(SRC, tgt_in)
    same(logits, F.linear(y, model.output.weight, model.output.bias), rtol=1e-4, atol=1e-4)
    assert weights.shape == (2, 2, 5, 5)
    probabilities = torch.softmax(logits, -1)
    labels = [(b, t, TGT[b, t + 1]) for b in range(2) for t in range(5) if TGT[b, t + 1] != 0]
    expected = -sum(probabilities[label].log() for label in labels) / len(labels)
    same(model.loss(SRC, TGT), expected.detach(), rtol=1e-4, atol=1e-5)


def test_logits_do_not_see_the_future_nor_padding(ref):
    model = small_model(ref)
    logits, _ = model(SRC, TGT[:, :-1])
    other = TGT[:, :-1].clone()
    other[:, 3:] = torch.tensor([[6, 3], [1, 4]])
    same(model(SRC, other)[0][:, :3], logits[:, :3], rtol=1e-5, atol=1e-5)
    longer = F.pad(SRC, (0, 4))
    same(model(longer, TGT[:, :-1])[0], logits, rtol=1e-5, atol=1e-5)


def test_greedy_takes_the_likeliest_token_each_time(ref):
    for seed, eos in itertools.product(range(5), range(2, 7)):
        model = small_model(ref, seed, n_layers=1)
        with torch.no_grad():
            model.output.bias[0] = -1000
            written = model.greedy(SRC, 1, eos, 8)
            ends = []
            for row, src in zip(written, SRC):
                tokens = [1]
                while len(tokens) <= 8 and (len(tokens) == 1 or tokens[-1] != eos):
                    tokens.append(
                        model(src[None], torch.tensor([tokens]))[0][0, -1].argmax().item()
                    )
                ends.append(len(tokens) - 1)
                assert row.tolist() == (tokens[1:] + [0] * 8)[: written.shape[1]]
            assert written.shape[1] == max(ends)


def test_equal_logits_cost_the_logarithm_of_the_vocabulary(ref):
    model = ref.Transformer(9, 8, 4, 2, 8, 1, 0)
    with torch.no_grad():
        model.output.weight.zero_()
    loss = model.loss(torch.tensor([[5, 3]]), torch.tensor([[1, 7, 5, 2, 0]]))
    worked(ref, "Transformer", r"\ln 8 = 2.0794", [8, loss])


@pytest.mark.parametrize("size", [(10, 8, 4, 16, 1), (37, 5, 6, 10, 3), (100, 90, 64, 256, 2)])
def test_parameter_count_is_that_of_the_model(ref, size):
    n_src, n_tgt, d_model, d_ff, n_layers = size
    for h in (1, 2):
        model = ref.TransformerParameters(n_src, n_tgt, d_model, h, d_ff, n_layers, 0)
        assert ref.parameter_count(*size) == sum(p.numel() for p in model.parameters())


def test_parameter_count_by_hand(ref):
    assert ref.parameter_count(10, 8, 4, 16, 1) == 640
    assert ref.parameter_count(29, 29, 32, 128, 1) == 32_125
    paper = [ref.parameter_count(10_000, 10_000, 512, 2048, n) / 1e6 for n in (2, 6)]
    worked(ref, "Transformer", "Together 640", ref.parameter_count(10, 8, 4, 16, 1))
    two, six = paper
    worked(ref, "Transformer", "30.1 million and six 59.5 million", [two, six])


def test_embeddings_start_with_norm_one(ref):
    table = ref.TransformerParameters(2000, 3, 512, 8, 4, 1, 0).src_embedding.weight
    assert table.norm(dim=1).mean().item() == pytest.approx(1, abs=0.01)
    assert math.sqrt(512 / 2) == 16 and round(math.sqrt(512), 1) == 22.6


def test_multiplications_by_hand(ref):
    """Counted one product at a time, and by torch in the demo."""
    n, D, h = 50, 512, 8
    looking = 2 * h * n * n * (D // h) / 1e6
    projections = 4 * n * D * D / 1e6
    worked(ref, "multi_head_attention", r"2 \cdot 50^2 \cdot 512 = 2.56", [2, 50, 512, looking])
    passage = r"$4 \cdot 50 \cdot 512^2 = 52.43$ million, together $54.99$"
    worked(ref, "multi_head_attention", passage, [4, 50, 512, projections, looking + projections])
    others = [2 * n * D * D / 1e6, 3, 3 * n * D * D / 1e6]
    worked(ref, "multi_head_attention", "takes $26.21$ million", others[:1])
    worked(ref, "multi_head_attention", "$k = 3$ takes $39.32$", others[1:])
    orders = [n * n * D / 1e6, n * D * D / 1e6]
    worked(ref, "multi_head_attention", "read $1.28$ against $13.11$ million", orders)
    assert round(projections / orders[0]) == 41
    counted = ref.what_it_costs()
    assert counted["looking"] == pytest.approx(looking)
    assert counted["attention"] == pytest.approx(looking + projections)
    assert [counted["recurrent"], counted["convolution"]] == pytest.approx([others[0], others[2]])


def test_slope_of_the_softmax(torch_rng):
    """The derivative that the text derives, against autograd."""
    s = randn(torch_rng, 5)
    w = torch.softmax(s, -1)
    jacobian = torch.autograd.functional.jacobian(lambda x: torch.softmax(x, -1), s)
    same(jacobian, torch.diag(w) - torch.outer(w, w))


def test_the_look_up_of_the_first_look_is_the_references(ref):
    """Its weights by hand are those of scaled dot-product attention on the codes of question 4."""
    n, d = 8, 32
    codes = ref.sinusoidal_positions(n, d)
    _, weights = ref.scaled_dot_product_attention(codes.flip(0) * math.sqrt(d), codes, codes)
    needed = weights.flip(1).diagonal().mean().item()
    assert ref.first_look()["needed at 1"] == pytest.approx(needed, abs=1e-5)


def test_general_score_of_low_rank(ref, torch_rng):
    """One head of the Transformer scores like Luong's general score with W = Wq Wk^T."""
    x, y, Wq, Wk = (
        randn(torch_rng, 2, 5),
        randn(torch_rng, 2, 4, 5),
        randn(torch_rng, 5, 3),
        randn(torch_rng, 5, 3),
    )
    general = ref.luong_scores(x, y, "general", Wq @ Wk.T, None)
    _, weights = ref.scaled_dot_product_attention((x @ Wq)[:, None], y @ Wk, y)
    same(torch.softmax(general / math.sqrt(3), -1), weights[:, 0])
    assert torch.linalg.matrix_rank(Wq @ Wk.T) == 3
