"""Graded tests of gru; docs/authoring.md says how to write them."""

import numpy as np
import torch

from dlcourse import close, probe, raises, statistical, within_se

F64 = torch.float64


def normal(rng, *shape, dtype=torch.float64):
    """Normal numbers as a tensor."""
    return torch.from_numpy(rng.normal(size=shape)).to(dtype)


def layer(rng, D, U, dtype=torch.float64):
    """Weights of a GRU in torch's layout, both biases different."""
    return [normal(rng, *shape, dtype=dtype) for shape in ((3 * U, D), (3 * U, U), (3 * U,), (3 * U,))]


def one_unit():
    """The unit of the worked examples: z = 3/4, r = 1/2, b_hn = 0.4, nothing from the input."""
    w_hh = torch.tensor([[0.0], [0.0], [1.0]], dtype=F64)
    b_ih = torch.tensor([0.5, 0.0, 0.0], dtype=F64)
    b_hh = torch.tensor([-0.5, np.log(3), 0.4], dtype=F64)
    return [torch.zeros(3, 1, dtype=F64), w_hh, b_ih, b_hh]


def gradients(value, inputs, names):
    """Gradients by name, or what autograd says instead."""
    if not value.requires_grad:
        return {"gradients": "autograd finds no path back"}
    found = torch.autograd.grad(value, inputs, allow_unused=True)
    return {n: "no gradient" if g is None else g for n, g in zip(names, found, strict=True)}


# 1


@probe("gru_cell_torch", points=2)
def one_unit_by_pencil(gru_cell_torch, rnn_param_count):
    """The worked example, and the two counts."""
    h = torch.tensor([[0.8]], dtype=F64)
    return {
        "new state": gru_cell_torch(torch.zeros(1, 1, dtype=F64), h, *one_unit()),
        "gru": rnn_param_count("gru", 1, 64, 2),
        "lstm": rnn_param_count("lstm", 1, 64, 2),
    }


@probe("gru_cell_torch", points=3, public=False)
def steps_of_any_size(gru_cell_torch, rng):
    """Several sizes, as many inputs as units, one row, float32, and rows that are not contiguous."""
    found = {}
    for B, D, U in ((3, 2, 4), (2, 3, 3), (1, 5, 2), (4, 1, 1), (5, 4, 3)):
        found[f"{B} rows, {D} inputs, {U} units"] = gru_cell_torch(normal(rng, B, D), normal(rng, B, U), *layer(rng, D, U))
    x, h, dtype = normal(rng, 2, 3), normal(rng, 2, 4), torch.float32
    found["float32"] = gru_cell_torch(x.float(), h.float(), *layer(rng, 3, 4, dtype))
    found["transposed"] = gru_cell_torch(normal(rng, 3, 5).T, normal(rng, 2, 5).T, *layer(rng, 3, 2))
    for name in ("one", "other"):
        found[f"the same inputs, {name} state and weights"] = gru_cell_torch(x, normal(rng, 2, 4), *layer(rng, 3, 4))
    return found


@probe("gru_cell_torch", points=2, public=False)
def gates_at_their_ends(gru_cell_torch, rng):
    """Gates that are open or shut by biases of ±1000, in either bias; states far outside of ±1."""
    found = {}
    for name, block in (("r", 0), ("z", 1), ("n", 2)):
        for value in (-1000.0, 1000.0):
            for which in (2, 3):
                weights = layer(rng, 2, 3)
                weights[which][3 * block : 3 * block + 3] = value
                found[f"{name} {value:g}, bias {which - 1}"] = gru_cell_torch(normal(rng, 4, 2), 3 * normal(rng, 4, 3), *weights)
    found["inputs of 1000"] = gru_cell_torch(1000 * normal(rng, 4, 2), normal(rng, 4, 3), *layer(rng, 2, 3))
    return found


@probe("gru_cell_torch", points=1, public=False)
def gradients_of_a_step(gru_cell_torch, rng):
    """Gradients with respect to input, state and all weights; also where a gate is open or shut."""
    found = {}
    for name, block, value in (("ordinary", 0, 0.0), ("r shut", 0, -1000.0), ("z shut", 1, -1000.0), ("z open", 1, 1000.0)):
        inputs = [normal(rng, 4, 3), normal(rng, 4, 2), *layer(rng, 3, 2)]
        inputs[4][2 * block : 2 * block + 2] += value
        for tensor in inputs:
            tensor.requires_grad_()
        said = (gru_cell_torch(*inputs) * normal(rng, 4, 2)).sum()
        found[name] = gradients(said, inputs, ("x", "h", "w_ih", "w_hh", "b_ih", "b_hh"))
    return found


@probe("gru_cell_torch", points=1, public=False)
def a_step_makes_something_new(gru_cell_torch, rng):
    """With keep gates that are fully open the new state equals the old one; writing into it must not change that."""
    weights = layer(rng, 2, 3)
    weights[2][3:6] = 2000.0
    h = normal(rng, 2, 3)
    new = gru_cell_torch(normal(rng, 2, 2), h, *weights)
    new += 5.5
    return {"new": new, "old": h}


@probe("gru_cell_torch", points=2, public=False)
def counts_of_layers(rnn_param_count):
    """All kinds, one to four layers, one and two directions; as many inputs as units; names that are no kind."""
    found = {}
    for kind in ("rnn", "gru", "lstm"):
        for D, U, layers, directions in ((3, 5, 1, 1), (4, 4, 2, 1), (7, 2, 3, 2), (1, 6, 1, 2), (2, 3, 4, 1), (9, 1, 2, 2)):
            found[f"{kind}: {D} to {U}, {layers} layers, {directions} directions"] = rnn_param_count(kind, D, U, layers, directions)
    found |= {"unknown kind": raises(rnn_param_count, "cnn", 3, 4), "capital letters": raises(rnn_param_count, "GRU", 3, 4)}
    found |= {"part of a name": raises(rnn_param_count, "st", 3, 4), "no name": raises(rnn_param_count, "", 3, 4)}
    return found | {"defaults": rnn_param_count("gru", 11, 13)}


# 2

PACKED = ("w_ih", "w_hh", "b_ih", "b_hh")
PAPER = ("Wz", "Wr", "W", "bz", "br", "b")


def paper(rng, D, U, dtype=torch.float64):
    """Weights of the papers' cell with a diagonal block for the state in the candidate."""
    matrices = [normal(rng, U, U + D, dtype=dtype) for _ in range(3)]
    matrices[2][:, :U] = torch.diag(matrices[2][:, :U].diagonal())
    return matrices + [normal(rng, U, dtype=dtype) for _ in range(3)]


def carried_back(rng, D, U, dtype=torch.float64):
    """Weights of torch's cell that the papers' cell can have; both biases of the gates differ."""
    w_ih, w_hh, b_ih, b_hh = layer(rng, D, U, dtype)
    w_hh[2 * U :] = torch.diag(w_hh[2 * U :].diagonal())
    b_hh[2 * U :] = 0.0
    return [w_ih, w_hh, b_ih, b_hh]


def named(names, tensors):
    """A tuple as a dict."""
    return dict(zip(names, tensors, strict=True))


@probe("to_torch", points=2)
def weights_that_say_where_they_are(to_torch, from_torch):
    """One unit with two inputs: the weights of the refresh gate are 1 2 3, those of the reset gate 4 5 6, the candidate's 7 8 9."""
    W = [torch.tensor([[3.0 * k + 1, 3.0 * k + 2, 3.0 * k + 3]], dtype=F64) for k in range(3)]
    b = [torch.tensor([v], dtype=F64) for v in (-np.log(3), 10.0, 20.0)]
    w_ih = torch.tensor([[5.0, 6.0], [-2.0, -3.0], [8.0, 9.0]], dtype=F64)
    w_hh = torch.tensor([[4.0], [-1.0], [7.0]], dtype=F64)
    back = from_torch(w_ih, w_hh, torch.tensor([9.0, 1.5, 20.0], dtype=F64), torch.tensor([1.0, 0.5, 0.0], dtype=F64))
    return {"to torch": named(PACKED, to_torch(*W, *b)), "from torch": named(PAPER, back)}


@probe("to_torch", points=2, public=False)
def packed_for_torch(to_torch, rng):
    """Several sizes, as many inputs as units, float32."""
    found = {}
    for D, U in ((2, 3), (3, 3), (5, 2), (1, 4), (4, 1)):
        found[f"{D} inputs, {U} units"] = named(PACKED, to_torch(*paper(rng, D, U)))
    first = paper(rng, 2, 3)[0]
    for name in ("one", "other"):
        found[f"the same gate, {name} rest"] = named(PACKED, to_torch(first, *paper(rng, 2, 3)[1:]))
    return found | {"float32": named(PACKED, to_torch(*paper(rng, 3, 2, torch.float32)))}


@probe("to_torch", points=2, public=False)
def unpacked_from_torch(from_torch, rng):
    """Several sizes, both biases of the gates in use, float32."""
    found = {}
    for D, U in ((2, 3), (3, 3), (5, 2), (1, 4), (4, 1)):
        found[f"{D} inputs, {U} units"] = named(PAPER, from_torch(*carried_back(rng, D, U)))
    first = carried_back(rng, 2, 3)[0]
    for name in ("one", "other"):
        found[f"the same w_ih, {name} rest"] = named(PAPER, from_torch(first, *carried_back(rng, 2, 3)[1:]))
    return found | {"float32": named(PAPER, from_torch(*carried_back(rng, 3, 2, torch.float32)))}


@probe("to_torch", points=2, public=False)
def what_cannot_be_carried_over(to_torch, from_torch, rng):
    """One entry off the diagonal, in either triangle, tiny or negative, or beside a 0; a bias behind the reset gate; and what is allowed."""
    found = {}
    for name, (i, j), value in (("upper", (0, 2), 0.5), ("lower", (2, 1), -0.25), ("tiny", (1, 0), 1e-12)):
        weights, packed = paper(rng, 2, 3), carried_back(rng, 2, 3)
        weights[2][i, j] = value
        packed[1][6 + i, j] = value
        found[f"{name}, to"] = raises(to_torch, *weights)
        found[f"{name}, from"] = raises(from_torch, *packed)
    weights, packed = paper(rng, 2, 3), carried_back(rng, 2, 3)  # as many entries as a diagonal has
    weights[2][1, 1], weights[2][2, 0] = 0.0, 0.75
    packed[1][7, 1], packed[1][8, 0] = 0.0, 0.75
    found["beside a 0 on the diagonal, to"] = raises(to_torch, *weights)
    found["beside a 0 on the diagonal, from"] = raises(from_torch, *packed)
    weights = paper(rng, 2, 3)  # entries that cancel
    weights[2][0, 1], weights[2][1, 0] = 1.5, -1.5
    found["cancelling, to"] = raises(to_torch, *weights)
    for place, value in ((6, 0.75), (7, -1e-9), (8, 1e9), (7, -0.5)):
        packed = carried_back(rng, 2, 3)
        packed[3][place] = value
        found[f"bias {value}"] = raises(from_torch, *packed)
    packed = carried_back(rng, 2, 3)
    packed[3][6:] = torch.tensor([2.0, -2.0, 0.0], dtype=F64)
    found["biases that cancel"] = raises(from_torch, *packed)
    weights, packed = paper(rng, 2, 3), carried_back(rng, 2, 3)
    weights[2][:, :3] = 0.0
    packed[1][6:] = 0.0
    return found | {"zeros, to": named(PACKED, to_torch(*weights)), "zeros, from": named(PAPER, from_torch(*packed))}


@probe("to_torch", points=1, public=False)
def translations_are_copies(to_torch, from_torch, rng):
    """Writing into the results changes neither the arguments nor another result."""
    weights, packed = paper(rng, 2, 3), carried_back(rng, 2, 3)
    to, back = to_torch(*weights), from_torch(*packed)
    for i, tensor in enumerate((*to, *back)):
        tensor += 10.5 * (i + 1)
    return {
        "to torch": named(PACKED, to),
        "its arguments": named(PAPER, weights),
        "from torch": named(PAPER, back),
        "arguments of that": named(PACKED, packed),
    }


# 3


def outputs(result):
    """All states and the last one, by name."""
    outs, last = result
    return {"outs": outs, "last": last}


def steps_of(stream, X):
    """Pushes the rows of X and keeps what comes back."""
    return [stream.push(x) for x in X]


@probe("gru_forward", points=2)
def three_steps_by_pencil(gru_forward, GRUStream):
    """The worked example, as a batch of one and as a stream."""
    w_ih, w_hh = torch.tensor([[0.0], [0.0], [1.0]], dtype=F64), torch.zeros(3, 1, dtype=F64)
    b_ih = torch.tensor([0.0, np.log(3), 0.0], dtype=F64)
    X = torch.tensor([[0.5], [0.0], [0.0]], dtype=F64)
    stream = GRUStream(w_ih, w_hh, b_ih, 0 * b_ih)
    return {"batch": outputs(gru_forward(X[None], w_ih, w_hh, b_ih, 0 * b_ih)), "stream": steps_of(stream, X)}


@probe("gru_forward", points=2, public=False)
def sequences_from_zeros(gru_forward, rng):
    """Batches of several shapes, as many rows as steps, one sequence, one step, float32, inputs that are not contiguous."""
    found = {}
    for B, T, D, U in ((2, 5, 3, 4), (3, 3, 3, 3), (1, 6, 2, 5), (4, 1, 1, 2)):
        found[f"{B} of {T} steps, {D} to {U}"] = outputs(gru_forward(normal(rng, B, T, D), *layer(rng, D, U)))
    found["float32"] = outputs(gru_forward(normal(rng, 2, 4, 3, dtype=torch.float32), *layer(rng, 3, 2, torch.float32)))
    found["transposed"] = outputs(gru_forward(normal(rng, 5, 2, 3).transpose(0, 1), *layer(rng, 3, 2)))
    X = normal(rng, 2, 3, 2)
    for name in ("one", "other"):
        found[f"the same inputs, {name} weights"] = outputs(gru_forward(X, *layer(rng, 2, 3)))
    return found


@probe("gru_forward", points=2, public=False)
def from_a_state(gru_forward, rng):
    """A start from a given state, sequences in two pieces, and one step from a state."""
    weights, X, h = layer(rng, 2, 3), normal(rng, 4, 6, 2), 2 * normal(rng, 4, 3)
    _, middle = gru_forward(X[:, :2], *weights, h)
    return {
        "whole": outputs(gru_forward(X, *weights, h)),
        "rest": outputs(gru_forward(X[:, 2:], *weights, middle)),
        "one step": outputs(gru_forward(X[:, :1], *weights, -h)),
    }


@probe("gru_forward", points=1, public=False)
def gradients_through_time(gru_forward, rng):
    """Gradients of states and last state with respect to inputs, weights and first state."""
    inputs = [normal(rng, 2, 4, 3), *layer(rng, 3, 2), normal(rng, 2, 2)]
    for tensor in inputs:
        tensor.requires_grad_()
    outs, last = gru_forward(*inputs)
    value = (outs * normal(rng, 2, 4, 2)).sum() + (last * normal(rng, 2, 2)).sum()
    return gradients(value, inputs, ("X", "w_ih", "w_hh", "b_ih", "b_hh", "h"))


@probe("gru_forward", points=2, public=False)
def streams_of_any_size(GRUStream, rng):
    """Streams of several sizes and their states, float32, two streams side by side, and a new start."""
    found = {}
    for D, U, T in ((2, 3, 5), (3, 3, 4), (4, 1, 3), (1, 5, 2)):
        stream = GRUStream(*layer(rng, D, U))
        found[f"{D} inputs, {U} units"] = {"start": stream.h.clone(), "steps": steps_of(stream, normal(rng, T, D)), "state": stream.h}
    found["float32"] = steps_of(GRUStream(*layer(rng, 2, 3, torch.float32)), normal(rng, 3, 2, dtype=torch.float32))
    weights, X = layer(rng, 2, 3), normal(rng, 6, 2)
    one, other = GRUStream(*weights), GRUStream(*weights)
    found["side by side"] = [[one.push(a), other.push(b)] for a, b in zip(X[:3], X[3:], strict=True)]
    found["the same input again"] = [one.push(X[0]), one.push(X[0])]
    found["the same w_ih, other rest"] = steps_of(GRUStream(weights[0], *layer(rng, 2, 3)[1:]), X[:2])
    before = one.push(X[0])
    one.reset()
    found["new start"] = {"before": before, "zeros": one.h.clone(), "steps": steps_of(one, X[:2]), "the other": other.h}
    return found


@probe("gru_forward", points=1, public=False)
def states_are_handed_out_as_copies(GRUStream, rng):
    """What came back is written into; the stream and what came back earlier do not notice."""
    stream, X = GRUStream(*layer(rng, 2, 3)), normal(rng, 5, 2)
    found = {}
    for t, x in enumerate(X):
        said = stream.push(x)
        found[f"step {t}"] = said.clone()
        said *= 100.0
    kept = stream.push(X[0])
    stream.push(X[1])
    stream.reset()
    return found | {"kept": kept, "after the reset": stream.push(X[2])}


@probe("gru_forward", points=1, public=False)
def streams_that_run_for_a_week(GRUStream, rng):
    """Weights that are being trained: nothing is recorded, and a change of a weight is felt at the next step."""
    weights, X = layer(rng, 2, 3), normal(rng, 4, 2)
    for w in weights:
        w.requires_grad_()
    stream = GRUStream(*weights)
    first = steps_of(stream, X[:2])
    with torch.no_grad():
        weights[1].mul_(-0.5)
        weights[2].add_(0.3)
    second = steps_of(stream, X[2:])
    wants = {"first": first[0].requires_grad, "last": second[1].requires_grad, "state": stream.h.requires_grad}
    wants["recording goes on elsewhere"] = (2 * weights[0]).requires_grad
    return {"before": [s.detach() for s in first], "after": [s.detach() for s in second], "wants gradient": wants}


# 4


def biased(rng, D, U, layers, directions, dtype=torch.float64):
    """A GRU whose parameters are drawn from rng."""
    gru = torch.nn.GRU(D, U, num_layers=layers, bidirectional=directions == 2).to(dtype)
    with torch.no_grad():
        for p in gru.parameters():
            p.copy_(normal(rng, *p.shape))
    return gru


def entries(gru):
    """All parameters by name, as copies."""
    return {name: p.detach().clone() for name, p in gru.named_parameters()}


def grams(gru):
    """For each block of the state's weights its product with its transpose, from both sides; the biases; largest inputs' weights."""
    found = {}
    for name, p in entries(gru).items():
        if name.startswith("bias"):
            found[name] = p
        elif name.startswith("weight_hh"):
            blocks = p.chunk(3)
            found[name] = {f"block {k}": [b @ b.T, b.T @ b] for k, b in enumerate(blocks)}
    return found


@probe("init_gru", points=2)
def half_lives_by_pencil(half_life, bias_for_half_life, init_gru):
    """The worked numbers, and the biases and Gram matrices of a GRU of two units with a keep bias of 2."""
    gru = torch.nn.GRU(1, 2).double()
    init_gru(gru, 2.0, torch.Generator().manual_seed(0))
    return {
        "half-lives": {"2": float(half_life(2.0)), "4": float(half_life(4.0)), "0": float(half_life(0.0))},
        "bias for 20": float(bias_for_half_life(20.0)),
        "gru": grams(gru),
    }


@probe("init_gru", points=1, public=False, compare=close(rtol=1e-12, atol=0.0))
def half_lives_of_any_bias(half_life):
    """Biases from -1000 to 1000; where the formula as it is printed overflows or gives 0."""
    values = (-1000.0, -700.5, -37.3, -20.2, -3.2, -0.4, 0.7, 5.3, 17.1, 33.7, 45.9, 300.3, 700.1, 760.0, 1000.0)
    return {f"b = {b}": float(half_life(b)) for b in values}


@probe("init_gru", points=1, public=False, compare=close(rtol=1e-12, atol=1e-12))
def biases_for_any_half_life(bias_for_half_life):
    """Parts of a step, a few, and very many steps; and what is no time."""
    values = (1e-4, 0.00093, 0.031, 0.6, 1.0, 2.9, 41.0, 1234.5, 7.7e6, 3.1e9, 1e12, 4.4e15)
    found = {f"n = {n}": float(bias_for_half_life(n)) for n in values}
    return found | {"0 steps": raises(bias_for_half_life, 0.0), "less": raises(bias_for_half_life, -2.5)}


@probe("init_gru", points=2, public=False)
def blocks_and_biases(init_gru, rng):
    """One to three layers, one and two directions: Gram matrices of blocks, and all biases."""
    found = {}
    for D, U, layers, directions, bias in ((2, 3, 1, 1, 1.3), (3, 2, 3, 1, -0.7), (4, 4, 2, 2, 2.5), (1, 1, 1, 2, 0.25)):
        gru = biased(rng, D, U, layers, directions)
        init_gru(gru, bias, torch.Generator().manual_seed(int(rng.integers(1000))))
        found[f"{layers} layers, {directions} directions, bias {bias}"] = grams(gru)
    return found


@probe("init_gru", points=1, public=False)
def parameters_stay_what_they_are(init_gru, rng):
    """Same objects, leaves that want gradients; what was frozen stays frozen, what is recorded is; a second call; no biases at all."""
    gru = biased(rng, 2, 3, 2, 1)
    gru.bias_hh_l1.requires_grad_(False)
    before = [id(p) for p in gru.parameters()]
    init_gru(gru, 0.9, torch.Generator().manual_seed(1))
    init_gru(gru, 1.4, torch.Generator().manual_seed(2))
    names = [name for name, _ in gru.named_parameters()]
    same = [id(p) == old for p, old in zip(gru.parameters(), before, strict=True)]
    return {
        "same objects": dict(zip(names, same, strict=True)),
        "wants gradient": {n: [bool(p.requires_grad), bool(p.is_leaf)] for n, p in gru.named_parameters()},
        "recording goes on": (2 * gru.weight_ih_l0).requires_grad,
        "grams": grams(gru),
        "dtypes": {n: str(p.dtype) for n, p in gru.named_parameters()},
        "no bias": raises(init_gru, torch.nn.GRU(2, 3, bias=False), 1.0, torch.Generator().manual_seed(0)),
    }


@probe("init_gru", points=2, public=False, compare=within_se(6.5, moments=1))
def draws_of_many_layers(init_gru):
    """Weights of 300 layers: means, squares, fourth powers, determinants, and products across blocks and layers."""
    rows = {}
    for seed in range(5):
        gru = torch.nn.GRU(2, 2, num_layers=60)
        init_gru(gru, 0.5, torch.Generator().manual_seed(seed))
        inputs = torch.stack([getattr(gru, f"weight_ih_l{k}").detach().reshape(3, 2, 2) for k in range(60)])
        states = torch.stack([getattr(gru, f"weight_hh_l{k}").detach().reshape(3, 2, 2) for k in range(60)])
        for name, w in (("inputs", inputs), ("states", states)):
            block, layer_before = w.roll(1, 1), w.roll(1, 0)
            found = {
                "entry": w[..., 0, 1],
                "square": w[..., 1, 1] ** 2,
                "fourth power": w[..., 1, 0] ** 4,
                "determinant": w[..., 0, 0] * w[..., 1, 1] - w[..., 0, 1] * w[..., 1, 0],
                "product with another block": w[..., 0, 0] * block[..., 0, 0],
                "squares with another block": w[..., 0, 1] ** 2 * block[..., 0, 1] ** 2,
                "product with another layer": w[..., 0, 0] * layer_before[..., 0, 0],
            }
            for what, values in found.items():
                rows.setdefault(f"{name}: 1 + {what}", []).append(1 + values.double().flatten().numpy())
    return {name: np.concatenate(values) for name, values in rows.items()}


def nothing_left_to_chance(result, expected):
    """The judge below compares a result with itself alone: right work cannot fail by bad luck."""
    return 0.0


@statistical(nothing_left_to_chance)
def one_seed_one_gru(result, expected):
    """Judge of `only_the_generator_decides`."""
    if not isinstance(result, dict) or set(result) != set(expected):
        return f"results for {', '.join(expected)} are expected"
    for name in expected:
        if not isinstance(result[name], dict) or set(result[name]) != set(expected[name]):
            return f"{name}: all parameters are expected"
    for key in expected["first"]:
        first, again, other, after = (np.asarray(result[name][key]) for name in ("first", "again", "other", "next"))
        if {a.shape for a in (first, again, other, after)} != {np.shape(expected["first"][key])}:
            return f"{key} has the shape {first.shape}"
        if first.dtype.kind != "f" or not np.isfinite(first).all():
            return f"{key} has entries that are no numbers"
        if not np.array_equal(first, again):
            return f"{key}: two generators with the same seed give different weights"
        if key.startswith("weight") and (np.abs(first - other) < 1e-9).any():
            return f"{key}: two generators with different seeds give the same weight somewhere"
        if key.startswith("weight") and (np.abs(first - after) < 1e-9).any():
            return f"{key}: a second GRU, drawn with the same generator after the first, has the same weight somewhere"
        if key.startswith("weight_ih"):
            bound = np.sqrt(6 / (first.shape[1] + first.shape[0] // 3))
            if np.abs(first).max() > bound * (1 + 1e-6):
                return f"{key} has an entry of size {np.abs(first).max():.4f}, above {bound:.4f}"
            if np.abs(first).max() < bound * 0.9:
                return f"{key}: the largest entry is {np.abs(first).max():.4f}, the bound is {bound:.4f}"
        if key.startswith("weight_hh"):
            for block in np.split(first, 3):
                if np.abs(block @ block.T - np.eye(len(block))).max() > 1e-4:
                    return f"{key} has a block that is not orthogonal"
    return None


@probe("init_gru", points=1, public=False, judge=one_seed_one_gru)
def only_the_generator_decides(init_gru):
    """Two GRUs with other weights before, equal generators and other global seeds; a third generator, and one that is used twice."""
    found = {}
    for name, seed, start in (("first", 7, 0), ("again", 7, 1), ("other", 8, 2)):
        torch.manual_seed(start)
        gru = torch.nn.GRU(5, 7, num_layers=2, bidirectional=True).double()
        init_gru(gru, 0.5, torch.Generator().manual_seed(seed))
        found[name] = entries(gru)
    first = torch.Generator().manual_seed(7)
    for _ in range(2):
        init_gru(gru, 0.5, first)
    return found | {"next": entries(gru)}


# 5


@probe("gru_state_jacobian", points=2)
def four_terms_by_pencil(gru_state_jacobian):
    """The worked example, with all terms and with the keep gate alone; and two units that are not coupled."""
    w_ih, w_hh, b_ih, b_hh = one_unit()
    w_hh[0], w_hh[1] = -1.0, 2.0
    b_hh[0] += 0.8
    b_hh[1] -= 1.6
    x, h = torch.zeros(1, dtype=F64), torch.tensor([0.8], dtype=F64)
    alone = torch.zeros(6, 2, dtype=F64)
    keep = torch.tensor([0.0, 0.0, 0.5, 1.5, 0.0, 0.0], dtype=F64)
    return {
        "one unit": gru_state_jacobian(x, h, w_ih, w_hh, b_ih, b_hh),
        "keep gates alone": gru_state_jacobian(x, torch.tensor([0.3, -0.2], dtype=F64), alone[:, :1], alone, keep, 0 * keep),
    }


@probe("gru_state_jacobian", points=3, public=False)
def jacobians_of_any_size(gru_state_jacobian, rng):
    """Several sizes, as many inputs as units, one unit, states far outside of ±1 and at a hundred million, float32."""
    found = {}
    for D, U in ((2, 3), (3, 3), (5, 2), (1, 4), (3, 1)):
        found[f"{D} inputs, {U} units"] = gru_state_jacobian(normal(rng, D), normal(rng, U), *layer(rng, D, U))
    found["far out"] = gru_state_jacobian(normal(rng, 2), 4 * normal(rng, 3), *(0.4 * w for w in layer(rng, 2, 3)))
    x, h = normal(rng, 3, dtype=torch.float32), normal(rng, 2, dtype=torch.float32)
    found["float32"] = gru_state_jacobian(x, h, *layer(rng, 3, 2, torch.float32))
    weights = layer(rng, 2, 3)  # a state of 1e8 and weights that bring it down: differences lose their digits
    weights[1][:, 0] *= 1e-8
    weights[1][3] = 0.0
    far = torch.tensor([1e8, 1.0, 1.0], dtype=F64) * normal(rng, 3)
    return found | {"one unit at a hundred million": gru_state_jacobian(normal(rng, 2), far, *weights)}


@probe("gru_state_jacobian", points=2, public=False)
def one_way_at_a_time(gru_state_jacobian, rng):
    """Only one block of the state's weights is not 0, and none; with a bias behind the reset gate."""
    found = {}
    for name, block in (("r", 0), ("z", 1), ("n", 2), ("none", None)):
        w_ih, w_hh, b_ih, b_hh = layer(rng, 2, 3)
        kept = w_hh.clone()
        w_hh[:] = 0.0
        if block is not None:
            w_hh[3 * block : 3 * block + 3] = kept[3 * block : 3 * block + 3]
        found[f"only {name}"] = gru_state_jacobian(normal(rng, 2), normal(rng, 3), w_ih, w_hh, b_ih, b_hh)
    return found


@probe("gru_state_jacobian", points=1, public=False)
def jacobians_of_saturated_gates(gru_state_jacobian, rng):
    """Gates and candidates that are open or shut by biases of ±1000."""
    found = {}
    for name, block in (("r", 0), ("z", 1), ("n", 2)):
        for value in (-1000.0, 1000.0):
            weights = layer(rng, 2, 3)
            weights[2][3 * block : 3 * block + 3] = value
            found[f"{name} {value:g}"] = gru_state_jacobian(normal(rng, 2), normal(rng, 3), *weights)
    return found


# 6


@probe("gate_traces", points=2)
def gates_by_pencil(gate_traces, keep_half_lives, saturation):
    """Two steps of the unit of question 1, and the worked half-life."""
    z = torch.tensor([0.5, 0.8, 0.9], dtype=F64)[None, :, None]
    weights = one_unit()
    weights[0][1, 0] = 1.0
    X = torch.tensor([[[0.0], [1.0]]], dtype=F64)
    left, right = saturation(z)
    return {
        "traces": dict(gate_traces(X, *weights, torch.tensor([[0.8]], dtype=F64))),
        "half-life": keep_half_lives(z),
        "left": left,
        "right": right,
    }


@probe("gate_traces", points=2, public=False)
def traces_of_any_size(gate_traces, rng):
    """Several shapes, from zeros and from a state, one sequence, one step, float32."""
    found = {}
    for B, T, D, U in ((2, 5, 3, 4), (3, 3, 3, 3), (1, 4, 2, 3), (4, 1, 1, 2)):
        X, weights = normal(rng, B, T, D), layer(rng, D, U)
        found[f"{B} of {T} steps, {D} to {U}"] = dict(gate_traces(X, *weights))
        found[f"{B} of {T} steps, {D} to {U}, from a state"] = dict(gate_traces(X, *weights, 2 * normal(rng, B, U)))
    X = normal(rng, 2, 3, 2, dtype=torch.float32)
    return found | {"float32": dict(gate_traces(X, *layer(rng, 2, 3, torch.float32)))}


@probe("gate_traces", points=2, public=False)
def half_lives_of_units(keep_half_lives, rng):
    """Gates of several shapes, nearly shut, fully shut and fully open; long sequences; float32."""
    z = torch.from_numpy(rng.uniform(0.05, 0.99, size=(3, 5, 4)))
    ends = z.clone()
    ends[:, :, 1] = 1.0
    ends[1, 2, 3] = 0.0
    ends[:, 1:3, 0] = 1.0
    return {
        "three sequences": keep_half_lives(z),
        "one": keep_half_lives(z[:1]),
        "one step": keep_half_lives(z[:, :1]),
        "one unit": keep_half_lives(z[..., :1]),
        "at the ends": keep_half_lives(ends),
        "long": keep_half_lives((0.01 * z).repeat(1, 200, 1)),
        "tiny": keep_half_lives(1e-200 * z),
        "float32": keep_half_lives(z.float()),
    }


@probe("gate_traces", points=2, public=False)
def shares_of_saturated_steps(saturation, rng):
    """Several shapes and margins, gates exactly at the margin; float32."""
    gate = torch.from_numpy(rng.uniform(size=(3, 7, 4)))
    gate[:, :, 1] = gate[:, :, 1] ** 6
    gate[:, :, 2] = 1 - gate[:, :, 2] ** 4
    exact = torch.tensor([0.0, 0.25, 0.25, 0.5, 0.75, 0.75, 0.75, 1.0, 0.2, 0.8], dtype=F64)[None, :, None]
    found = {f"margin {m}": saturation(gate, m) for m in (0.3, 0.05)}
    found |= {"default": saturation(gate), "at the margin": saturation(exact, 0.25), "half": saturation(exact, 0.4)}
    found["one sequence"] = saturation(gate[:1], 0.2)
    found["float32"] = saturation(gate.float(), 0.2)
    return {name: {"left": left, "right": right} for name, (left, right) in found.items()}


# 7


@probe("last_valid", points=2)
def three_states_by_pencil(last_valid, attn_pool):
    """The worked example beside a full row."""
    outs = torch.tensor([[[1.0], [3.0], [9.0]], [[2.0], [4.0], [5.0]]], dtype=F64)
    lengths, w = torch.tensor([2, 3]), torch.tensor([np.log(3) / 2], dtype=F64)
    return {"last": last_valid(outs, lengths), "pooled": attn_pool(outs, w, lengths)}


@probe("last_valid", points=2, public=False)
def last_states_of_unequal_rows(last_valid, rng):
    """Several shapes, as many rows as steps and units, all lengths from 1 to T, repeated lengths; float32."""
    found = {}
    for B, T, U, lengths in ((4, 5, 3, [2, 5, 1, 4]), (3, 3, 3, [3, 1, 2]), (1, 6, 2, [4]), (5, 2, 4, [1, 2, 2, 1, 1]), (2, 1, 3, [1, 1])):
        found[f"{B} rows of {T}"] = last_valid(normal(rng, B, T, U), torch.tensor(lengths))
    found["float32"] = last_valid(normal(rng, 3, 4, 2, dtype=torch.float32), torch.tensor([4, 1, 3]))
    outs = normal(rng, 2, 4, 3)
    found["the same states, two lengths"] = [last_valid(outs, torch.tensor([1, 3])), last_valid(outs, torch.tensor([4, 2]))]
    found["transposed"] = last_valid(outs.transpose(0, 1), torch.tensor([2, 1, 2, 2]))
    last = last_valid(outs, torch.tensor([4, 4]))
    last += 7.5
    return found | {"written into": last, "what it came from": outs}


@probe("last_valid", points=2, public=False)
def pooled_states_of_unequal_rows(attn_pool, rng):
    """Several shapes, as many rows as steps and units, lengths of 1, equal scores; float32."""
    found = {}
    for B, T, U, lengths in ((4, 5, 3, [2, 5, 1, 4]), (3, 3, 3, [3, 1, 2]), (1, 6, 2, [4]), (5, 2, 4, [1, 2, 2, 1, 1]), (2, 1, 3, [1, 1])):
        found[f"{B} rows of {T}"] = attn_pool(normal(rng, B, T, U), normal(rng, U), torch.tensor(lengths))
    outs = normal(rng, 3, 4, 2)
    found["equal scores"] = attn_pool(outs, torch.zeros(2, dtype=F64), torch.tensor([4, 1, 3]))
    w, lengths = normal(rng, 2), torch.tensor([3, 4, 2])
    found["the same states"] = {"one w": attn_pool(outs, w, lengths), "other w": attn_pool(outs, -w, lengths)}
    found["the same states and w, other lengths"] = attn_pool(outs, w, lengths.flip(0))
    found["float32"] = attn_pool(outs.float(), normal(rng, 2, dtype=torch.float32), torch.tensor([4, 2, 3]))
    return found


@probe("last_valid", points=2, public=False, compare=close(rtol=1e-9, atol=1e-11))
def scores_of_any_size(attn_pool, rng):
    """Scores around ±1000 and ±1e12, ties, and padding whose score would be the largest or whose states are huge."""
    outs, w = normal(rng, 3, 5, 2), torch.tensor([1000.0, -300.5], dtype=F64)
    level = outs - 1.0
    level[..., 0] = -1.5
    level[:, 3:] = 1e6
    tied = outs.clone()
    tied[:, 1] = tied[:, 0]
    return {
        "large": attn_pool(outs, w, torch.tensor([5, 2, 4])),
        "all very low": attn_pool(level, w, torch.tensor([3, 1, 2])),
        "ties": attn_pool(tied, w, torch.tensor([2, 2, 5])),
        "far below all numbers that stand for minus infinity": attn_pool(level, 1e9 * w, torch.tensor([3, 1, 2])),
        "ordinary, padding of a million": attn_pool(level, w / 1000, torch.tensor([3, 2, 3])),
    }


@probe("last_valid", points=2, public=False)
def padding_that_holds_anything(last_valid, attn_pool, rng):
    """Padding of nan and of infinity: results, and gradients with respect to states and scores."""
    found = {}
    lengths = torch.tensor([3, 1, 4])
    for name, value in (("nan", float("nan")), ("inf", float("inf")), ("-inf", float("-inf"))):
        outs, w = normal(rng, 3, 4, 2), normal(rng, 2)
        for row, n in zip(outs, lengths.tolist(), strict=True):
            row[n:] = value
        outs.requires_grad_()
        w.requires_grad_()
        last, pooled = last_valid(outs, lengths), attn_pool(outs, w, lengths)
        weights = normal(rng, 3, 2)
        found[name] = {
            "last": last.detach(),
            "pooled": pooled.detach(),
            "by last": gradients((last * weights).sum(), [outs], ["outs"]),
            "by pooled": gradients((pooled * weights).sum(), [outs, w], ["outs", "w"]),
        }
    return found


@probe("last_valid", points=1, public=False)
def lengths_that_do_not_exist(last_valid, attn_pool, rng):
    """Lengths of 0, below and above T, alone and among others."""
    outs, w = normal(rng, 3, 4, 2), normal(rng, 2)
    found = {}
    for name, lengths in (("0", [0, 2, 3]), ("negative", [2, 3, -1]), ("above", [1, 5, 2]), ("all 0", [0, 0, 0]), ("all above", [5, 7, 6])):
        found[f"{name}, last"] = raises(last_valid, outs, torch.tensor(lengths))
        found[f"{name}, pooled"] = raises(attn_pool, outs, w, torch.tensor(lengths))
    return found
