"""Graded tests of ctr_prediction; docs/authoring.md says how to write them."""

import numpy as np
import torch

from dlcourse import exact, probe, raises


def normal(rng, *shape, scale=1.0):
    """A float64 tensor of normal numbers."""
    return torch.from_numpy(np.asarray(scale * rng.normal(size=shape)))


def pulled_back(output, weight, *inputs):
    """Gradients of the sum of weight * output, one per input; words where no path leads back."""
    grads = [None] * len(inputs)
    if output.requires_grad:
        grads = torch.autograd.grad((weight * output).sum(), inputs, allow_unused=True)
    return ["no gradient: autograd finds no path back" if grad is None else grad for grad in grads]


def dtype_of(result):
    """Name of the result's dtype, or of its type where it is no array."""
    return str(getattr(result, "dtype", type(result).__name__))


def regression(results):
    """Loss and gradients of logistic regression, by name."""
    loss, gw, gb = results
    return {"loss": loss, "gw": gw, "gb": gb}


def deep_params(rng, V, F, k, widths):
    """Parameters of a DeepFM with hidden layers of these widths."""
    sizes = [F * k, *widths, 1]
    mlp = [(normal(rng, n, m), normal(rng, n)) for m, n in zip(sizes[:-1], sizes[1:], strict=True)]
    return {"bias": normal(rng), "w": normal(rng, V), "vectors": normal(rng, V, k), "mlp": mlp}


def cin_maps(results):
    """New maps and pooled maps, by name."""
    maps, pooled = results
    return {"maps": maps, "pooled": pooled}


def attended(results):
    """New vectors and weights, by name."""
    out, weights = results
    return {"out": out, "weights": weights}


@probe("lr_loss_and_grad", points=1, compare=exact())
def rows_by_hand(field_rows):
    """The ids of the text, and a second impression."""
    return field_rows(np.array([[3, 7, 2, 5], [0, 39, 7, 0]]), [40, 40, 8, 8])


@probe("lr_loss_and_grad", points=1)
def regression_by_hand(lr_loss_and_grad):
    """Three impressions of the text, of which two share a row."""
    rows, y = np.array([[0, 3], [0, 4], [1, 3]]), np.array([1, 1, 0])
    return regression(lr_loss_and_grad(rows, y, np.zeros(5), 0.0))


@probe("lr_loss_and_grad", points=1, public=False, compare=exact())
def rows_of_other_fields(field_rows):
    """Three fields, a field of one value, as many impressions as fields, one impression, one field; int64."""
    x = np.array([[2, 0, 4, 1], [0, 0, 3, 0], [1, 0, 0, 1], [2, 0, 1, 0]])
    last = np.array([[0, 2, 1], [1, 0, 0]])
    one = np.array([[2], [0], [4]])
    alone = field_rows(one, [5])
    alone[0] += 1  # a new array
    return {
        "a field of one value": field_rows(x, [3, 1, 5, 2]),
        "other sizes": field_rows(x, [9, 4, 6, 3]),
        "three fields": field_rows(np.asfortranarray(last), [2, 3, 4]),
        "one impression": field_rows(last[:1], [2, 3, 4]),
        "one field, changed": alone,
        "its ids afterwards": one,
        "dtype": dtype_of(field_rows(last, [2, 3, 4])),
    }


@probe("lr_loss_and_grad", points=1, public=False)
def ids_outside_of_their_field(field_rows):
    """An id as large as its field, a negative one, and one that would fit another field."""
    ids = {"too large": [[0, 1], [2, 0]], "negative": [[0, 1], [0, -1]], "of another field": [[1, 1], [3, 4]]}
    found = {name: raises(field_rows, np.array(x), [2, 5]) for name, x in ids.items()}
    found["last field"] = raises(field_rows, np.array([[1, 5]]), [2, 5])
    found["first field, inside of the table"] = raises(field_rows, np.array([[6, 0]]), [5, 2])
    found["last field, as the first has"] = raises(field_rows, np.array([[0, 3]]), [5, 2])
    found["the largest ids"] = field_rows(np.array([[1, 4]]), [2, 5])
    return found


@probe("lr_loss_and_grad", points=3, public=False)
def regression_on_repeated_rows(lr_loss_and_grad, rng):
    """Seven impressions with many repeated rows, unused rows, other biases, one impression, four of four fields."""
    rows = np.stack([rng.integers(0, 2, 7), rng.integers(2, 5, 7), rng.integers(5, 9, 7)], 1)
    y, w = np.array([1, 0, 0, 1, 1, 0, 1]), rng.normal(size=22)[::2]
    square = np.array([[0, 3, 3, 8], [1, 3, 5, 8], [0, 4, 4, 4], [1, 2, 6, 9]])
    return {
        "seven": regression(lr_loss_and_grad(rows, y, w, 0.37)),
        "other bias": regression(lr_loss_and_grad(rows, y, 2 * w, -1.6)),
        "four": regression(lr_loss_and_grad(square, y[1:5], w, 0.4)),
        "one impression": regression(lr_loss_and_grad(rows[2:3], y[2:3], w, 0.9)),
    }


@probe("lr_loss_and_grad", points=2, public=False)
def clicks_of_any_dtype_and_large_logits(lr_loss_and_grad, rng):
    """Clicks as int64, bool and float64; logits of ±1000, right and wrong."""
    rows = np.array([[0, 2], [1, 3], [0, 3], [1, 2]])
    y, w = np.array([1, 0, 0, 1]), rng.normal(size=4)
    far = np.array([1000.0, -1000.0, 0.3, -0.2])
    tiny = np.array([-30.0, 0.4, -7.0, -0.9])
    small = regression(lr_loss_and_grad(rows, np.array([0, 0, 0, 0]), tiny, -3.3))
    return {
        "bool": regression(lr_loss_and_grad(rows, y.astype(bool), w, 0.2)),
        "float64": regression(lr_loss_and_grad(rows, y.astype(np.float64), w, 0.2)),
        "int64": regression(lr_loss_and_grad(rows, y, w, 0.2)),
        "far": regression(lr_loss_and_grad(rows, y, far, 0.5)),
        "far, all wrong": regression(lr_loss_and_grad(rows, 1 - y, -far, -0.5)),
        "log of tiny residuals": np.log(lr_loss_and_grad(rows[:1], y[1:2], tiny, -3.3)[1][[0, 2]]),
        "tiny": small,
    }


@probe("auc", points=1)
def scores_by_hand(auc, log_loss):
    """The four scores of the text."""
    y, p = np.array([1, 1, 0, 0]), np.array([0.9, 0.6, 0.6, 0.2])
    return {"auc": auc(y, p), "log loss": log_loss(y, p)}


@probe("auc", points=1)
def odds_by_hand(recalibrate):
    """One half at a keep rate of 0.1, and at 1."""
    return [recalibrate(np.array([0.5, 0.2]), rate) for rate in (0.1, 1.0)]


@probe("auc", points=2, public=False)
def orders_and_ties(auc, rng):
    """Many ties, all tied, perfect and reversed orders, scores that are no probabilities, scores that differ by 1e-12, few clicks."""
    y = np.array([0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0])
    ties = np.array([3, 3, 1, 1, 1, 2, 0, 2, 3, 3, 0.5])
    p = rng.normal(size=11)
    far = np.array([1000.0, -1000, 999.5, 1000.25, -1000, 3, 3, 1e-9, 0, -1e-9, 2e-9])
    return {
        "ties": auc(y, ties),
        "ties, other order of the log": auc(y[::-1], ties[::-1]),
        "ties, clicks last": auc(np.sort(y), np.sort(ties)),
        "no ties": auc(y, p),
        "all tied": auc(y, np.full(11, 0.3)),
        "perfect": auc(y, y * 2.5 - 7),
        "reversed": auc(y, -3.0 * y),
        "far": auc(y, far),
        "very close": auc(y, 0.7 + 1e-12 * ties),
        "one click": auc(np.array([0, 0, 1, 0]), np.array([0.2, 0.9, 0.6, 0.1])),
        "one without": auc(np.array([1, 0, 1, 1, 1]), np.array([0.2, 0.35, 0.6, 0.1, 0.35])),
    }


@probe("auc", points=1, public=False)
def logs_of_one_kind(auc):
    """No click at all; nothing but clicks; one impression."""
    p = np.array([0.3, 0.1, 0.8])
    return {
        "no click": raises(auc, np.array([0, 0, 0]), p),
        "only clicks": raises(auc, np.array([1, 1, 1]), p),
        "one impression": raises(auc, np.array([1]), p[:1]),
    }


@probe("auc", points=2, public=False)
def losses_up_to_certainty(log_loss, rng):
    """Ordinary probabilities, exact 0 and 1, right and wrong, close to the limits, one impression."""
    y, p = np.array([1, 0, 0, 1, 0]), rng.uniform(0.03, 0.97, size=10)[::2]
    certain = np.array([1.0, 0.0, 1.0, 0.0, 0.4])
    return {
        "ordinary": log_loss(y, p),
        "other clicks": log_loss(1 - y, p),
        "certain, some wrong": log_loss(y, certain),
        "certain and wrong": [log_loss(y[:1], np.array([0.0])), log_loss(y[1:2], np.array([1.0]))],
        "certain and right, times 1e7": 1e7 * log_loss(np.array([1, 0, 1]), np.array([1.0, 0.0, 1.0])),
        "near the limits": [log_loss(y[:1], np.array([3e-7])), log_loss(y[:1], np.array([2e-8]))],
        "one": log_loss(y[:1], p[:1]),
    }


@probe("auc", points=2, public=False)
def back_to_the_full_log(recalibrate, rng):
    """Several keep rates, 0 and 1 among the probabilities, keep rates outside of their range and NaN."""
    p = np.append(rng.uniform(0.02, 0.98, size=5), [0.0, 1.0])
    kept = p.copy()
    same = recalibrate(kept, 1.0)
    same[0] = -1.0  # a new array
    return {
        "a third": recalibrate(p, 1 / 3),
        "one in a thousand": recalibrate(p, 0.001),
        "not contiguous": recalibrate(np.stack([p, p])[:, ::2][1], 0.27),
        "all": recalibrate(p, 1.0),
        "0 and 1 at 0.3, less 0 and 1, times 1e6, plus 1": 1 + 1e6 * (recalibrate(p[-2:], 0.3) - p[-2:]),
        "changed": same,
        "before": kept,
        "one": recalibrate(p[:1], 0.6),
        "keep rate 0": raises(recalibrate, p, 0.0),
        "keep rate below 0": raises(recalibrate, p, -0.5),
        "keep rate above 1": raises(recalibrate, p, 1.01),
        "keep rate 10": raises(recalibrate, p, 10.0),
        "keep rate NaN": raises(recalibrate, p, float("nan")),
    }


@probe("fm_interaction", points=1)
def fm_by_hand(fm_interaction):
    """The vector of the text, and three fields of width two."""
    E = torch.tensor([[[1.0], [2.0], [3.0]]], dtype=torch.float64)
    return fm_interaction(E), fm_interaction(torch.tensor([[[1.0, 0], [2, -1], [0, 3]]]).double())


@probe("fm_interaction", points=1)
def ffm_by_hand(ffm_interaction):
    """The table of the text."""
    E = torch.tensor([[9.0, 2, 3], [5, 9, -1], [4, 6, 9]], dtype=torch.float64)
    return ffm_interaction(E[None, :, :, None])


@probe("fm_interaction", points=2, public=False)
def fm_of_many_shapes(fm_interaction, rng):
    """Four fields of width three, three of width four, a square case, one and two fields, one impression."""
    E = normal(rng, 5, 3, 4).transpose(1, 2)
    return {
        "four fields": fm_interaction(E),
        "three fields": fm_interaction(E.transpose(1, 2)),
        "square": fm_interaction(E[:4, :3]),
        "two fields": fm_interaction(E[:, :2]),
        "one field": fm_interaction(E[:, 2:3]),
        "one impression": fm_interaction(E[:1]),
        "width one": fm_interaction(E[..., 1:2]),
        "large": fm_interaction(1000 * E[:2]),
    }


@probe("fm_interaction", points=2, public=False)
def fm_gradient_and_dtype(fm_interaction, ffm_interaction, rng):
    """Autograd through both interactions, and results in float32."""
    E, G = normal(rng, 3, 4, 2).requires_grad_(), normal(rng, 3, 4, 4, 2).requires_grad_()
    weight = normal(rng, 3)
    return {
        "FM": pulled_back(fm_interaction(E), weight, E),
        "FFM": pulled_back(ffm_interaction(G), weight, G),
        "FM, float32": fm_interaction(E.detach().float()),
        "FFM, float32": ffm_interaction(G.detach().float()),
    }


@probe("fm_interaction", points=3, public=False)
def ffm_of_many_shapes(ffm_interaction, rng):
    """Four fields of width three, four of width four, two, one, one impression; large diagonals."""
    E = normal(rng, 3, 4, 4, 5).permute(0, 2, 1, 3)
    diagonal = E.clone()
    diagonal[:, range(4), range(4)] = 1e5
    return {
        "four fields": ffm_interaction(E[..., :3]),
        "square": ffm_interaction(torch.cat([E, E[:1]])[..., 1:]),
        "another diagonal": ffm_interaction(diagonal),
        "two fields": ffm_interaction(E[:, 1:3, 1:3]),
        "one field": ffm_interaction(E[:, :1, :1]),
        "one impression": ffm_interaction(E[1:2]),
        "width one": ffm_interaction(E[..., :1]),
        "transposed": ffm_interaction(E.transpose(1, 2)),
    }


@probe("deepfm_logit", points=2)
def deepfm_by_hand(deepfm_logit):
    """The impression of the text."""
    f = torch.float64
    mlp = [
        (torch.tensor([[1.0, 1], [0, -2]], dtype=f), torch.zeros(2, dtype=f)),
        (torch.tensor([[1.0, 0.5]], dtype=f), torch.tensor([0.25], dtype=f)),
    ]
    params = {
        "bias": torch.tensor(0.5, dtype=f),
        "w": torch.tensor([0.0, 1.0, -0.25], dtype=f),
        "vectors": torch.tensor([[5.0], [2.0], [-1.0]], dtype=f),
        "mlp": mlp,
    }
    return deepfm_logit(torch.tensor([[1, 2]]), params)


@probe("deepfm_logit", points=2, public=False)
def networks_of_one_two_and_three_layers(deepfm_logit, rng):
    """Networks of several depths, repeated rows, one impression, as many impressions as fields."""
    rows = torch.from_numpy(rng.integers(0, 9, size=(3, 5))).T
    rows[1, 2] = rows[1, 0]
    two, three = deep_params(rng, 9, 3, 4, (6,)), deep_params(rng, 9, 3, 4, (6, 5))
    return {
        "one layer": deepfm_logit(rows, deep_params(rng, 9, 3, 4, ())),
        "two layers": deepfm_logit(rows, two),
        "three layers": deepfm_logit(rows, three),
        "other rows": deepfm_logit(8 - rows, three),
        "one impression": deepfm_logit(rows[1:2], two),
        "one impression, one layer": deepfm_logit(rows[:1], deep_params(rng, 9, 3, 2, ())),
        "square": deepfm_logit(rows[:3], deep_params(rng, 9, 3, 3, (3, 3))),
        "two fields": deepfm_logit(rows[:, :2], deep_params(rng, 9, 2, 5, (3,))),
    }


@probe("deepfm_logit", points=2, public=False)
def parameters_are_felt_one_by_one(deepfm_logit, rng):
    """The logit with one part of the model at a time, and with large weights."""
    rows, params = torch.tensor([[0, 3, 5], [1, 3, 4]]), deep_params(rng, 7, 3, 2, (4,))

    def without(*names):
        kept = {name: torch.zeros_like(params[name]) if name in names else params[name] for name in ("bias", "w", "vectors")}
        return kept | {"mlp": params["mlp"]}

    silent = [(torch.zeros_like(W), torch.zeros_like(c)) for W, c in params["mlp"]]
    return {
        "network alone": deepfm_logit(rows, without("bias", "w", "vectors")),
        "without vectors": deepfm_logit(rows, without("vectors")),
        "without bias": deepfm_logit(rows, without("bias")),
        "without network": deepfm_logit(rows, params | {"mlp": silent}),
        "large": deepfm_logit(rows, params | {"w": 1000 * params["w"]}),
    }


@probe("deepfm_logit", points=2, public=False)
def gradients_reach_every_table(deepfm_logit, rng):
    """Autograd to each parameter, and results in float32."""
    params = deep_params(rng, 8, 3, 2, (4,))
    rows = torch.tensor([[0, 3, 5], [1, 3, 7], [0, 2, 5], [1, 2, 6]])
    flat = [params["bias"], params["w"], params["vectors"], *(t for layer in params["mlp"] for t in layer)]
    for tensor in flat:
        tensor.requires_grad_()
    names = ("bias", "w", "vectors", "W 1", "c 1", "W 2", "c 2")
    grads = pulled_back(deepfm_logit(rows, params), normal(rng, 4), *flat)
    single = {name: params[name].detach().float() for name in ("bias", "w", "vectors")}
    single["mlp"] = [(W.detach().float(), c.detach().float()) for W, c in params["mlp"]]
    return dict(zip(names, grads, strict=True)) | {"float32": deepfm_logit(rows, single)}


@probe("cross_network", points=2)
def crosses_by_hand(cross_network):
    """The text's input after one layer and after two."""
    x0 = torch.tensor([[1.0, 2]], dtype=torch.float64)
    ws, bs = torch.tensor([[1.0, 1], [1, -1]]).double(), torch.tensor([[0.0, 1], [0, 0]]).double()
    return {"one layer": cross_network(x0, ws[:1], bs[:1]), "two layers": cross_network(x0, ws, bs)}


@probe("cross_network", points=3, public=False)
def crosses_of_many_depths(cross_network, rng):
    """One to four layers, none, one impression, a square case, width one."""
    x0, ws, bs = normal(rng, 3, 5).T, normal(rng, 4, 3), normal(rng, 3, 4).T
    found = {f"{L} layers": cross_network(x0, ws[:L], bs[:L]) for L in range(5)}
    return found | {
        "layers reversed": cross_network(x0, ws.flip(0), bs),
        "square": cross_network(x0[:3], ws[:3], bs[:3]),
        "one impression": cross_network(x0[1:2], ws[:2], bs[:2]),
        "width one": cross_network(x0[:, :1], ws[:, :1], bs[:, :1]),
        "large": cross_network(1000 * x0, ws[:2], -1000 * bs[:2]),
    }


@probe("cross_network", points=2, public=False)
def gradients_through_the_crosses(cross_network, rng):
    """Autograd to the input, the weights and the biases of three layers; float32."""
    x0, ws, bs = normal(rng, 4, 2), normal(rng, 3, 2), normal(rng, 3, 2)
    single = cross_network(x0.float(), ws.float(), bs.float())
    for tensor in (x0, ws, bs):
        tensor.requires_grad_()
    grads = pulled_back(cross_network(x0, ws, bs), normal(rng, 4, 2), x0, ws, bs)
    return dict(zip(("x0", "ws", "bs"), grads, strict=True)) | {"float32": single}


@probe("cin_layer", points=1)
def matrix_cross_by_hand(cross_layer_v2):
    """The layer of the text."""
    f = torch.float64
    x0, x = torch.tensor([[1.0, 2]], dtype=f), torch.tensor([[4.0, 9]], dtype=f)
    return cross_layer_v2(x0, x, torch.tensor([[1.0, 0], [1, -1]], dtype=f), torch.tensor([0.0, 1], dtype=f))


@probe("cin_layer", points=1)
def maps_by_hand(cin_layer):
    """The map of the text."""
    X, X0 = torch.tensor([[[2.0, 3]]]).double(), torch.tensor([[[1.0, -1], [4, 0]]]).double()
    return cin_maps(cin_layer(X, X0, torch.tensor([[[1.0, 0.5]]]).double()))


@probe("cin_layer", points=2, public=False)
def matrix_crosses_of_a_batch(cross_layer_v2, rng):
    """Five impressions, as many as coordinates, one; input and state differ; width one; float32."""
    x0, x, W, b = normal(rng, 3, 5).T, normal(rng, 5, 3), normal(rng, 3, 3), normal(rng, 3)
    return {
        "five": cross_layer_v2(x0, x, W, b),
        "another state": cross_layer_v2(x0, 0.2 - x, W, b),
        "square": cross_layer_v2(x0[1:4], x[:3], W, b),
        "one": cross_layer_v2(x0[:1], x[2:3], W.T, -b),
        "width one": cross_layer_v2(x0[:, :1], x[:, :1], W[:1, :1], b[:1]),
        "float32": cross_layer_v2(x0.float(), x.float(), W.float(), b.float()),
        "large": cross_layer_v2(x0, 1000 * x, W, 1000 * b),
    }


@probe("cin_layer", points=3, public=False)
def maps_of_two_layers(cin_layer, rng):
    """A first layer, and a second whose state is not the embeddings; all sizes different, all equal, one."""
    X0, W1, W2 = normal(rng, 5, 6, 3).transpose(1, 2), normal(rng, 4, 3, 3), normal(rng, 2, 4, 3)
    state = normal(rng, 5, 4, 6)
    X, Y, W = normal(rng, 3, 3, 3), normal(rng, 3, 3, 3), normal(rng, 3, 3, 3)
    return {
        "first layer": cin_maps(cin_layer(X0, X0, W1)),
        "second layer": cin_maps(cin_layer(state, X0, W2)),
        "other weights": cin_maps(cin_layer(state, X0, 0.3 - W2)),
        "other embeddings": cin_maps(cin_layer(state, 1.7 * X0.flip(1), W2)),
        "all sizes equal": cin_maps(cin_layer(X, Y, W)),
        "one impression": cin_maps(cin_layer(state[:1], X0[2:3], W2)),
        "one map, one field": cin_maps(cin_layer(state[:, :1], X0[:, :1], W2[:1, :1, :1])),
        "width one": cin_maps(cin_layer(state[..., :1], X0[..., 1:2], W2)),
        "float32": cin_maps(cin_layer(state.float(), X0.float(), W2.float())),
    }


@probe("cin_layer", points=2, public=False)
def gradients_through_the_maps(cin_layer, cross_layer_v2, rng):
    """Autograd to states, inputs and weights of both layers."""
    X, X0, W = normal(rng, 3, 4, 2), normal(rng, 3, 5, 2), normal(rng, 6, 4, 5)
    x0, x, M, b = normal(rng, 4, 2), normal(rng, 4, 2), normal(rng, 2, 2), normal(rng, 2)
    for tensor in (X, X0, W, x0, x, M, b):
        tensor.requires_grad_()
    maps, pooled = cin_layer(X, X0, W)
    both = torch.cat([maps, pooled[..., None]], -1)
    return {
        "CIN": pulled_back(both, normal(rng, 3, 6, 3), X, X0, W),
        "DCN-V2": pulled_back(cross_layer_v2(x0, x, M, b), normal(rng, 4, 2), x0, x, M, b),
    }


@probe("autoint_layer", points=2)
def two_heads_by_hand(autoint_layer):
    """The two fields of the text."""
    f = torch.float64
    zero, values = torch.zeros(2, 1, 1, dtype=f), torch.tensor([[[1.0]], [[-1.0]]], dtype=f)
    E, Wres = torch.tensor([[[2.0], [4.0]]], dtype=f), torch.tensor([[1.0, 1.0]], dtype=f)
    return attended(autoint_layer(E, zero, zero, values, Wres))


@probe("autoint_layer", points=3, public=False)
def heads_of_many_sizes(autoint_layer, rng):
    """All sizes different, all equal, one head, one field, one impression."""
    E, Wres = normal(rng, 2, 4, 5).transpose(1, 2), normal(rng, 4, 9)
    q, k, v = (normal(rng, 3, 4, 3) for _ in range(3))
    square = [normal(rng, 3, 3, 3) for _ in range(4)]
    return {
        "five fields": attended(autoint_layer(E, q, k, v, Wres)),
        "all sizes equal": attended(autoint_layer(*square, normal(rng, 3, 9))),
        "one head": attended(autoint_layer(E, q[:1], k[1:2], v[2:], Wres[:, :3])),
        "one field": attended(autoint_layer(E[:, :1], q, k, v, Wres)),
        "one impression": attended(autoint_layer(E[1:], k, q, v, Wres)),
        "heads of width one": attended(autoint_layer(E, q[..., :1], k[..., :1], v[..., :1], Wres[:, :3])),
        "two heads": attended(autoint_layer(E, q[:2, :, :2], k[:2, :, :2], v[:2, :, :2], Wres[:, :4])),
    }


@probe("autoint_layer", points=2, public=False)
def sharp_attention_and_float32(autoint_layer, rng):
    """Scores of ±1000, results in float32, and a residual alone."""
    E, Wres = normal(rng, 2, 3, 4), normal(rng, 4, 10)
    q, k, v = (normal(rng, 2, 4, 5) for _ in range(3))
    return {
        "sharp": attended(autoint_layer(E, 100 * q, 100 * k, v, Wres)),
        "float32": attended(autoint_layer(*(t.float() for t in (E, q, k, v, Wres)))),
        "residual alone": attended(autoint_layer(E, q, k, torch.zeros_like(v), Wres)),
        "no residual": attended(autoint_layer(E, q, k, v, torch.zeros_like(Wres))),
    }


@probe("autoint_layer", points=2, public=False)
def gradients_through_the_heads(autoint_layer, rng):
    """Autograd from vectors and weights to each argument."""
    inputs = [normal(rng, 2, 4, 3), *(normal(rng, 2, 3, 5) for _ in range(3)), normal(rng, 3, 10)]
    for tensor in inputs:
        tensor.requires_grad_()
    out, weights = autoint_layer(*inputs)
    both = torch.cat([out.flatten(), weights.flatten()])
    grads = pulled_back(both, normal(rng, len(both)), *inputs)
    return dict(zip(("E", "Wq", "Wk", "Wv", "Wres"), grads, strict=True))


@probe("fibinet_interaction", points=1)
def gates_by_hand(senet_gates):
    """The three fields of the text."""
    E = torch.tensor([[[1.0, 3], [2, -2], [0, 4]]], dtype=torch.float64)
    return senet_gates(E, torch.tensor([[1.0], [1], [0]]).double(), torch.tensor([[0.0, 0.5, -1]]).double())


@probe("fibinet_interaction", points=1)
def pairs_by_hand(fibinet_interaction):
    """The three pairs of the text."""
    E = torch.tensor([[[1.0, 3], [2, -2], [0, 4]]], dtype=torch.float64)
    return fibinet_interaction(E, torch.tensor([[0.0, 1], [2, 0]]).double())


@probe("fibinet_interaction", points=2, public=False)
def gates_of_many_sizes(senet_gates, rng):
    """Five fields of width four, all sizes equal, one impression, one number in the middle, large means."""
    E, W1, W2 = normal(rng, 3, 4, 5).transpose(1, 2), normal(rng, 5, 2), normal(rng, 2, 5)
    square = [normal(rng, 4, 4, 4), normal(rng, 4, 4), normal(rng, 4, 4)]
    return {
        "five fields": senet_gates(E, W1, W2),
        "other matrices": senet_gates(E, W1 - 0.3, 1.3 * W2),
        "other vectors": senet_gates(-2 * E, W1, W2),
        "all sizes equal": senet_gates(*square),
        "one impression": senet_gates(E[:1], W1, W2),
        "one in the middle": senet_gates(E, W1[:, :1].abs(), W2[:1]),
        "width one": senet_gates(E[..., :1], W1, W2),
        "large": senet_gates(1000 * E, W1, W2),
        "float32": senet_gates(E.float(), W1.float(), W2.float()),
    }


@probe("fibinet_interaction", points=3, public=False)
def pairs_of_many_sizes(fibinet_interaction, rng):
    """Five fields of width four, all sizes equal, two fields, one impression, float32."""
    E, W = normal(rng, 3, 4, 5).transpose(1, 2), normal(rng, 4, 4)
    return {
        "five fields": fibinet_interaction(E, W),
        "another matrix": fibinet_interaction(E, 0.4 - W),
        "all sizes equal": fibinet_interaction(normal(rng, 4, 4, 4), W),
        "two fields": fibinet_interaction(E[:, 1:3], W),
        "three fields": fibinet_interaction(E[:, :3], W.T),
        "one impression": fibinet_interaction(E[:1], W),
        "width one": fibinet_interaction(E[..., :1], W[:1, :1]),
        "float32": fibinet_interaction(E.float(), W.float()),
    }


@probe("fibinet_interaction", points=2, public=False)
def gradients_through_gates_and_pairs(senet_gates, fibinet_interaction, rng):
    """Autograd to the vectors and to the matrices."""
    E, W1, W2, W = normal(rng, 3, 4, 2), normal(rng, 4, 3), normal(rng, 3, 4), normal(rng, 2, 2)
    for tensor in (E, W1, W2, W):
        tensor.requires_grad_()
    return {
        "gates": pulled_back(senet_gates(E, W1, W2), normal(rng, 3, 4), E, W1, W2),
        "pairs": pulled_back(fibinet_interaction(E, W), normal(rng, 3, 6, 2), E, W),
    }


@probe("grouped_auc", points=1, compare=exact())
def hashes_by_hand(hash_rows):
    """Id 10 in both fields, as in the text, and two others."""
    return hash_rows(np.array([[10, 10], [0, 4]]), 8, 3, 5)


@probe("grouped_auc", points=1)
def groups_by_hand(grouped_auc):
    """The three users of the text."""
    y, p = np.array([1, 0, 1, 0, 0, 1, 1]), np.array([0.2, 0.1, 0.5, 0.7, 0.4, 0.3, 0.6])
    return grouped_auc(y, p, np.array([7, 7, 3, 3, 3, 5, 5]))


@probe("grouped_auc", points=2, public=False, compare=exact())
def hashes_of_large_ids(hash_rows, rng):
    """Large ids and multipliers, both at their ends, many and few rows, one row, one field, one impression; int64."""
    x = rng.integers(0, 2**31, size=(3, 5)).T
    x[1, 1], x[2, 0] = 2**31 - 1, 0
    a, c = (int(value) for value in rng.integers(2**29, 2**31 - 2, size=2))
    return {
        "many rows": hash_rows(x, 10_007, a, c),
        "few rows": hash_rows(x, 64, c, a),
        "multipliers at their ends": hash_rows(x, 999, 2**31 - 2, 2**31 - 2),
        "c is 0": hash_rows(x, 999, a, 0),
        "one row": hash_rows(x, 1, a, c),
        "one field": hash_rows(x[:, :1], 77, a, c),
        "one impression": hash_rows(x[:1], 77, a, c),
        "square": hash_rows(x[:3], 77, a, c),
        "more rows than the prime": hash_rows(x, 2**31 + 9, a, c),
        "dtype": dtype_of(hash_rows(x, 77, a, c)),
    }


@probe("grouped_auc", points=3, public=False)
def groups_in_any_order(grouped_auc, rng):
    """Mixed groups of unequal sizes, ties, one group, groups left out, negative and repeated numbers of groups."""
    group = np.array([4, -2, 4, 9, 4, -2, 9, 4, 11, -2, 4, 11, 9])
    y = np.array([1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1])
    p = rng.normal(size=13)
    ties = np.array([2, 2, 2, 1, 1, 3, 0, 1, 5, 3, 0, 5, 5.0])
    return {
        "two groups of four count": grouped_auc(y, p, group),
        "other clicks": grouped_auc(1 - y, 2 * p - 1, group),
        "ties": grouped_auc(y, ties, group),
        "one group": grouped_auc(y, p, np.full(13, 6)),
        "far scores": grouped_auc(y, 1000 * ties - 3000, group),
        "an odd one out": grouped_auc(np.array([1, 0, 0, 1, 0]), ties[[5, 4, 0, 1, 5]], np.array([0, 1, 0, 1, 1])),
    }


@probe("grouped_auc", points=1, public=False)
def no_group_has_both(grouped_auc):
    """Groups of clicks alone and of non-clicks alone; groups of one."""
    p = np.array([0.1, 0.5, 0.2, 0.9])
    return {
        "one impression": raises(grouped_auc, np.array([1]), p[:1], np.array([3])),
        "one kind each": raises(grouped_auc, np.array([1, 1, 0, 0]), p, np.array([0, 0, 1, 1])),
        "groups of one": raises(grouped_auc, np.array([1, 0, 1, 0]), p, np.array([0, 1, 2, 3])),
        "no click": raises(grouped_auc, np.array([0, 0, 0, 0]), p, np.array([0, 0, 1, 1])),
    }
