"""Graded tests of recurrent_networks; docs/authoring.md says how to write them."""

import math

import numpy as np
import torch

from dlcourse import exact, probe, raises

F64 = torch.float64
RNN = ("X", "h0", "Wx", "Wh", "b")
LSTM = ("x", "h", "c", "Wf", "Wi", "Wc", "Wo", "bf", "bi", "bc", "bo")
GRU = ("x", "h", "Wz", "Wr", "W", "bz", "br", "b")


def normal(rng, *shape, scale=1.0):
    """A float64 tensor of normal numbers."""
    return torch.as_tensor(scale * rng.normal(size=shape), dtype=F64)


def numbers(*rows):
    """A float64 tensor."""
    return torch.tensor(rows, dtype=F64)


def gradients(rng, outputs, inputs, names):
    """Gradients of a random combination of the outputs, by name; zeros for an input on which they do not depend."""
    outputs = [o for o in outputs if o.requires_grad]
    if not outputs:
        return None
    total = sum((normal(rng, *o.shape).to(o.dtype) * o).sum() for o in outputs)
    found = torch.autograd.grad(total, inputs, allow_unused=True)
    return {n: torch.zeros_like(i) if g is None else g for n, i, g in zip(names, inputs, found)}


def are_ints(values):
    """Whether all are whole numbers, Python's or numpy's."""
    return all(isinstance(value, int | np.integer) for value in values)


def dtypes(*results):
    """Names of the dtypes of arrays or tensors."""
    return [str(x.dtype).removeprefix("torch.") for x in results]


def rnn_weights(rng, D, H, scale=0.6):
    """Wx, Wh and b."""
    return normal(rng, H, D), normal(rng, H, H, scale=scale), normal(rng, H, scale=0.3)


def leaky_sum(weights, keep):
    """A linear network with a bias that reads forward: h_t = keep h_{t-1} + x_t W + 0.7."""

    def run(X):
        inputs, h, hs = X @ weights + 0.7, 0.0, []
        for t in range(X.shape[1]):
            h = keep * h + inputs[:, t]
            hs.append(h)
        return torch.stack(hs, dim=1)

    return run


def running_sum(X):
    """The network of the text."""
    return X.cumsum(1)


def speaker(rng, V, d):
    """A language model: what it says depends on all that it was fed."""
    table, out = normal(rng, V, d), normal(rng, d, V, scale=0.8)

    def step(token, state):
        state = 0.6 * state + table[token]
        return torch.tanh(state) @ out, state

    return step, normal(rng, d)


def translator(rng, V_src, V, d, spread=1.5):
    """An encoder and a decoder, and the weights that both depend on."""
    words, table = normal(rng, V_src, d), normal(rng, V, d)
    mix, out = normal(rng, d, d, scale=0.5), normal(rng, d, V, scale=spread)

    def encode(src):
        place = torch.arange(1.0, src.shape[1] + 1, dtype=F64)[:, None]
        return torch.tanh((words[src] / place).sum(1))

    def step(previous, state):
        state = torch.tanh(state @ mix + table[previous])
        return state @ out, state

    return encode, step, (words, table, mix, out)


def chain(*rows):
    """A decoder that looks at the id before only; row i holds the probabilities after id i."""
    logits = torch.tensor(rows).log()
    return lambda previous, state: (logits[previous], state)


@probe("rnn_forward", points=2)
def one_pulse_by_hand(rnn_forward):
    """The table of the text, W_h = 0.5 and W_h = 2: one pulse, and next to it one of the other sign."""
    X, zero, one = torch.tensor([[[1.0], [0.0], [0.0]], [[-1.0], [0.0], [0.0]]]), torch.zeros(2, 1), torch.ones(1, 1)
    return {f"W_h = {w}": rnn_forward(X, zero, one, w * one, torch.zeros(1)) for w in (0.5, 2.0)}


@probe("rnn_forward", points=1)
def two_units_that_swap(rnn_forward):
    """Unit 1 copies unit 2 and unit 2 half of unit 1; no input; from the states (1, -0.5) and (0, 2)."""
    Wh, h0 = torch.tensor([[0.0, 1.0], [0.5, 0.0]]), torch.tensor([[1.0, -0.5], [0.0, 2.0]])
    return rnn_forward(torch.zeros(2, 3, 1), h0, torch.zeros(2, 1), Wh, torch.zeros(2))


@probe("rnn_forward", points=3, public=False)
def states_of_a_batch(rnn_forward, rng):
    """Three sequences of five steps, with two sets of weights."""
    X, h0, (Wx, Wh, b) = normal(rng, 5, 3, 2).transpose(0, 1), normal(rng, 3, 4), rnn_weights(rng, 2, 4)
    return {
        "states": rnn_forward(X, h0, Wx, Wh, b),
        "the same inputs, other weights": rnn_forward(X, h0, *rnn_weights(rng, 2, 4)),
    }


@probe("rnn_forward", points=1, public=False)
def a_batch_of_one_and_a_single_step(rnn_forward, rng):
    """One sequence of seven steps; a single step in float32; inputs of ±1000."""
    X, h0, weights = normal(rng, 1, 7, 3), normal(rng, 1, 2), rnn_weights(rng, 3, 2)
    single = [a.float() for a in (X.view(7, 1, 3), normal(rng, 7, 2), *weights)]
    alone = rnn_forward(X, h0, *weights)
    return {
        "one sequence": alone,
        "one step": rnn_forward(*single),
        "one of everything": rnn_forward(X[:, :1, :1], h0[:, :1], *(w[:1] if w.ndim == 1 else w[:1, :1] for w in weights)),
        "dtypes": dtypes(alone, rnn_forward(*single)),
        "extreme": rnn_forward(1000 * X.sign(), h0, *weights),
    }


@probe("rnn_forward", points=2, public=False)
def gradients_through_time(rnn_forward, rng):
    """Autograd through four steps, to all five arguments."""
    leaves = [normal(rng, 2, 4, 3), normal(rng, 2, 5), *rnn_weights(rng, 3, 5)]
    for leaf in leaves:
        leaf.requires_grad_()
    return gradients(rng, [rnn_forward(*leaves)], leaves, RNN)


def states(X, h0, Wx, Wh, b):
    """Hidden states of an RNN."""
    h, hs = h0, []
    for t in range(X.shape[1]):
        h = torch.tanh(X[:, t] @ Wx.T + h @ Wh.T + b)
        hs.append(h)
    return torch.stack(hs, dim=1)


NAMES = ("dX", "dWx", "dWh", "db", "dh0")


@probe("rnn_bptt", points=2)
def two_steps_by_hand(rnn_bptt):
    """The two steps of the text, whose loss is the last state."""
    X, dhs = torch.tensor([[[1.0], [0.0]]]), torch.tensor([[[0.0], [1.0]]])
    hs = torch.tensor([[[math.tanh(1.0)], [math.tanh(0.5 * math.tanh(1.0))]]])
    h0, Wx, Wh = torch.zeros(1, 1), torch.ones(1, 1), torch.full((1, 1), 0.5)
    return dict(zip(NAMES, rnn_bptt(X, h0, Wx, Wh, hs, dhs)))


@probe("rnn_bptt", points=1)
def one_step_is_one_layer(rnn_bptt):
    """A single step from the state (0.5, -0.5): backpropagation through one tanh layer."""
    X, h0, hs = torch.tensor([[[2.0]]]), torch.tensor([[0.5, -0.5]]), torch.tensor([[[0.6, -0.8]]])
    Wx, Wh = torch.tensor([[1.0], [-1.0]]), torch.tensor([[0.0, 1.0], [2.0, 0.0]])
    return dict(zip(NAMES, rnn_bptt(X, h0, Wx, Wh, hs, torch.tensor([[[1.0, 10.0]]]))))


@probe("rnn_bptt", points=4, public=False)
def gradients_of_a_batch(rnn_bptt, rng):
    """Three sequences of five steps, and two losses on every state."""
    X, h0, (Wx, Wh, b) = normal(rng, 5, 3, 2).transpose(0, 1), normal(rng, 3, 4), rnn_weights(rng, 2, 4)
    hs, dhs = states(X, h0, Wx, Wh, b), normal(rng, 4, 5, 3).permute(2, 1, 0)
    other = normal(rng, 3, 5, 4)
    return {
        "a loss": dict(zip(NAMES, rnn_bptt(X, h0, Wx, Wh, hs, dhs))),
        "another loss": dict(zip(NAMES, rnn_bptt(X, h0, Wx, Wh, hs, other))),
    }


@probe("rnn_bptt", points=2, public=False)
def a_loss_at_the_end(rnn_bptt, rng):
    """Only the last of eight states is used, and only the second of four."""
    results = {}
    for B, T, D, H, used in ((2, 8, 3, 5, 7), (6, 4, 5, 2, 1)):
        X, h0, (Wx, Wh, b) = normal(rng, B, T, D), normal(rng, B, H), rnn_weights(rng, D, H, scale=0.9)
        dhs = torch.zeros(B, T, H, dtype=F64)
        dhs[:, used] = normal(rng, B, H)
        results[f"state {used + 1} of {T}"] = dict(zip(NAMES, rnn_bptt(X, h0, Wx, Wh, states(X, h0, Wx, Wh, b), dhs)))
    return results


@probe("rnn_bptt", points=1, public=False)
def float32_and_a_batch_of_one(rnn_bptt, rng):
    """One sequence of six steps in float32; dtypes, in float64, too."""
    X, h0, (Wx, Wh, b), dhs = normal(rng, 1, 6, 4), normal(rng, 1, 3), rnn_weights(rng, 4, 3), normal(rng, 1, 6, 3)
    double = (X, h0, Wx, Wh, states(X, h0, Wx, Wh, b), dhs)
    found = rnn_bptt(*(a.float() for a in double))
    return {**dict(zip(NAMES, found)), "dtypes": dtypes(*found), "dtypes in float64": dtypes(*rnn_bptt(*double))}


@probe("jacobian_norms", points=2)
def three_states_by_hand(jacobian_norms):
    """The matrix and the states of the text: norms 1 and 2, whatever the first state is."""
    Wh = torch.tensor([[0.0, 2.0], [0.5, 0.0]])
    firsts = ([0.0, 0.0], [0.9, -0.9])
    return {f"h_1 = {h1}": jacobian_norms(Wh, torch.tensor([h1, [0.6, 0.0], [0.0, 0.8]])) for h1 in firsts}


@probe("jacobian_norms", points=1)
def bounds_by_hand(jacobian_bounds):
    """The bounds of the text, 4 and 2; and those of a matrix whose eigenvalues are all 0.5."""
    of_the_text, other = torch.tensor([[0.0, 2.0], [0.5, 0.0]]), torch.tensor([[0.5, 5.0], [0.0, 0.5]])
    return {"text": jacobian_bounds(of_the_text, 3), "eigenvalues 0.5": jacobian_bounds(other, 4)}


@probe("jacobian_norms", points=4, public=False)
def norms_of_a_random_network(jacobian_norms, rng):
    """Seven states of four units and three of six, with two sets of states each."""
    results = {}
    for H, T, scale in ((4, 7, 0.8), (6, 3, 0.3)):
        Wh, hs = normal(rng, H, H, scale=scale), torch.tanh(normal(rng, H, T).T)
        results[f"{T} states"] = jacobian_norms(Wh, hs)
        results[f"{T} other states"] = jacobian_norms(Wh, 0.5 * hs)
    return results


@probe("jacobian_norms", points=2, public=False)
def saturated_and_silent_units(jacobian_norms, rng):
    """States of exactly ±1 at one step; two states only; states that are all 0, in float32; tiny weights."""
    Wh, hs = normal(rng, 3, 3), torch.tanh(normal(rng, 5, 3))
    saturated = hs.clone()
    saturated[2] = torch.tensor([1.0, -1.0, 1.0])
    return {
        "saturated": jacobian_norms(Wh, saturated),
        "two states": jacobian_norms(Wh, hs[:2]),
        "10^200 and 10^100 times those of tiny weights": numbers(1e200, 1e100) * jacobian_norms(1e-100 * Wh, hs[:3]),
        "silent": jacobian_norms(Wh.float(), torch.zeros(4, 3)),
        "one unit": jacobian_norms(-Wh[:1, :1].abs(), hs[:, :1]),
        "dtypes": dtypes(jacobian_norms(Wh, hs), jacobian_norms(Wh.float(), hs.float())),
    }


@probe("jacobian_norms", points=2, public=False)
def bounds_of_random_matrices(jacobian_bounds, rng):
    """Three matrices of norms below and above 1, one of them with two lengths; a single unit; float32."""
    matrices = [normal(rng, H, H, scale=scale) for H, scale in ((5, 0.1), (2, 1.0), (3, 2.0))]
    names = ("below 1", "about 1", "above 1")
    bounds = {name: jacobian_bounds(Wh, T) for name, Wh, T in zip(names, matrices, (6, 2, 4))}
    return {
        **bounds,
        "one of them for five states": jacobian_bounds(matrices[1], 5),
        "one unit": jacobian_bounds(-matrices[2][:1, :1].abs(), 3),
        "dtypes": dtypes(jacobian_bounds(matrices[1], 3), jacobian_bounds(matrices[1].float(), 3)),
    }


def gate_weights(rng, n, D, H, scale=0.7):
    """n matrices (H, H + D), then n biases."""
    return [normal(rng, H, H + D, scale=scale) for _ in range(n)] + [normal(rng, H) for _ in range(n)]


@probe("lstm_cell", points=2)
def gates_by_hand(lstm_cell):
    """The cell of the text: weights 0, so that the biases set the gates; c = 2 becomes 1.8."""
    zero, two, W = torch.zeros(1, 1), torch.full((1, 1), 2.0), torch.zeros(1, 2)
    biases = [torch.tensor([b]) for b in (math.log(3), 0.0, math.log(2), -math.log(3))]
    h, c = lstm_cell(zero, zero, two, W, W, W, W, *biases)
    return {"h": h, "c": c}


@probe("lstm_cell", points=1)
def the_state_comes_first(lstm_cell):
    """One unit and one input, h = 1 and x = 0: the forget gate reads h, the candidate reads x."""
    x, one, W, b = torch.zeros(1, 1), torch.ones(1, 1), torch.zeros(1, 2), torch.zeros(1)
    reads_h, reads_x = torch.tensor([[5.0, 0.0]]), torch.tensor([[0.0, 5.0]])
    h, c = lstm_cell(x, one, one, reads_h, W, reads_x, W, b, b, b, b)
    return {"h": h, "c": c}


@probe("lstm_cell", points=4, public=False)
def lstm_on_a_batch(lstm_cell, rng):
    """Four batches: three units with two inputs, four with six, two with two, and one with one."""
    results = {}
    for B, H, D in ((5, 3, 2), (2, 4, 6), (3, 2, 2), (1, 1, 1)):
        args = [normal(rng, D, B).T, normal(rng, H, B).T, normal(rng, B, H, scale=2.0), *gate_weights(rng, 4, D, H)]
        h, c = lstm_cell(*args)
        results[f"B = {B}"] = {"h": h, "c": c, "dtypes": dtypes(h, c)}
    return results


@probe("lstm_cell", points=2, public=False)
def lstm_for_three_steps(lstm_cell, rng):
    """Three steps in a row, a batch of one, in float32; then inputs of ±1000."""
    weights = [w.float() for w in gate_weights(rng, 4, 3, 2)]
    h, c, trace = torch.zeros(1, 2), torch.zeros(1, 2), {}
    for t, x in enumerate(normal(rng, 3, 1, 3).float(), start=1):
        new_h, new_c = lstm_cell(x, h, c, *weights)
        trace[f"step {t}"] = {"h": new_h, "c": new_c, "dtypes": dtypes(new_h, new_c)}
        h, c = new_h.float(), new_c.float()
    large = lstm_cell(1000 * normal(rng, 1, 3).sign().float(), h, c + 50, *weights)
    return {**trace, "extreme": dict(zip("hc", large))}


@probe("lstm_cell", points=2, public=False)
def gradients_through_the_lstm(lstm_cell, rng):
    """Autograd to all eleven arguments, from the state and from the cell; also where a gate is open or shut."""
    leaves = [normal(rng, 3, 2), normal(rng, 3, 4), normal(rng, 3, 4), *gate_weights(rng, 4, 2, 4)]
    for leaf in leaves:
        leaf.requires_grad_()
    h, c = lstm_cell(*leaves)
    from_h = gradients(rng, [h], leaves, LSTM)
    found = {"from h": from_h, "from c": gradients(rng, [lstm_cell(*leaves)[1]], leaves, LSTM)}
    for name, gate in (("f", 7), ("i", 8), ("o", 10)):
        for end in (-1000.0, 1000.0):
            moved = [leaf.detach().clone() for leaf in leaves]
            moved[gate] += end
            for leaf in moved:
                leaf.requires_grad_()
            found[f"bias of {name} at {end:g}"] = gradients(rng, lstm_cell(*moved), moved, LSTM)
    return found


@probe("gru_cell", points=2)
def gru_by_hand(gru_cell):
    """The unit of the text: h = 0.8 becomes 0.6950."""
    x, h, W0, b = torch.zeros(1, 1), torch.tensor([[0.8]]), torch.zeros(1, 2), torch.zeros(1)
    return gru_cell(x, h, W0, W0, torch.tensor([[1.0, 0.0]]), torch.tensor([-math.log(3)]), b, b)


@probe("gru_cell", points=1)
def reset_before_the_product(gru_cell):
    """The two units of the text, h = (0.3, 0.8), r = (1, 0), z = 1: tanh(0) and tanh(0.3)."""
    x, h, W0, b = torch.zeros(1, 1), torch.tensor([[0.3, 0.8]]), torch.zeros(2, 3), torch.zeros(2)
    swap, ones, one_zero = torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]), b + 40, torch.tensor([40.0, -40.0])
    return gru_cell(x, h, W0, W0, swap, ones, one_zero, b)


@probe("gru_cell", points=4, public=False)
def gru_on_a_batch(gru_cell, rng):
    """Four batches: three units with two inputs, four with six, two with two, and one with one."""
    results = {}
    for B, H, D in ((5, 3, 2), (2, 4, 6), (3, 2, 2), (1, 1, 1)):
        args = [normal(rng, D, B).T, normal(rng, H, B).T, *gate_weights(rng, 3, D, H)]
        h = gru_cell(*args)
        results[f"B = {B}"] = {"h": h, "dtype": dtypes(h)}
    return results


@probe("gru_cell", points=2, public=False)
def gru_for_three_steps(gru_cell, rng):
    """Three steps in a row, a batch of one, in float32; then inputs of ±1000."""
    weights = [w.float() for w in gate_weights(rng, 3, 3, 2)]
    h, trace = torch.full((1, 2), 0.9), {}
    for t, x in enumerate(normal(rng, 3, 1, 3).float(), start=1):
        new = gru_cell(x, h, *weights)
        trace[f"step {t}"] = {"h": new, "dtype": dtypes(new)}
        h = new.float()
    return {**trace, "extreme": gru_cell(1000 * normal(rng, 1, 3).sign().float(), h, *weights)}


@probe("gru_cell", points=2, public=False)
def gradients_through_the_gru(gru_cell, rng):
    """Autograd to all eight arguments; also where a gate is open or shut."""
    leaves = [normal(rng, 3, 2), normal(rng, 3, 4), *gate_weights(rng, 3, 2, 4)]
    for leaf in leaves:
        leaf.requires_grad_()
    found = {"ordinary": gradients(rng, [gru_cell(*leaves)], leaves, GRU)}
    for name, gate in (("z", 5), ("r", 6)):
        for end in (-1000.0, 1000.0):
            moved = [leaf.detach().clone() for leaf in leaves]
            moved[gate] += end
            for leaf in moved:
                leaf.requires_grad_()
            found[f"bias of {name} at {end:g}"] = gradients(rng, [gru_cell(*moved)], moved, GRU)
    return found


@probe("bidirectional", points=2)
def running_sums_by_hand(bidirectional):
    """The row of the text, 1, 2, 3 and a 9 that is padding; and the same row with length 4."""
    X = torch.tensor([[[1.0], [2.0], [3.0], [9.0]]]).repeat(2, 1, 1)
    return bidirectional(X, torch.tensor([3, 4]), running_sum, running_sum)


@probe("bidirectional", points=1)
def two_layers_by_hand(stacked):
    """Two layers of running sums on the row of the text."""
    X = torch.tensor([[[1.0], [2.0], [3.0], [9.0]]])
    return stacked(X, torch.tensor([3]), [(running_sum, running_sum)] * 2)


@probe("bidirectional", points=1, compare=exact())
def parameters_by_hand(parameter_count):
    """The counts of the text: 12, 36, 48, and 208 for two bidirectional layers."""
    return [parameter_count(cell, 3, 2) for cell in ("rnn", "gru", "lstm")], parameter_count("lstm", 3, 2, 2, 2)


@probe("bidirectional", points=4, public=False)
def a_padded_batch(bidirectional, rng):
    """Lengths 5, 1, 3 and 4, padded with a million; then shorter ones, and other networks."""
    X, lengths = normal(rng, 5, 4, 3).transpose(0, 1).clone(), torch.tensor([5, 1, 3, 4])
    X[torch.arange(5) >= lengths[:, None]] = 1e6
    fwd, bwd = leaky_sum(normal(rng, 3, 2), 0.7), leaky_sum(normal(rng, 3, 2), -0.4)
    padded = bidirectional(X, lengths, fwd, bwd)
    return {
        "padded": padded,
        "dtype": dtypes(padded),
        "shorter": bidirectional(X, torch.tensor([2, 1, 3, 1]), fwd, bwd),
        "networks exchanged": bidirectional(X, lengths, bwd, fwd),
    }


@probe("bidirectional", points=1, public=False)
def no_padding_and_one_sequence(bidirectional, rng):
    """Two sequences of full length in float32, one alone, and two of a single entry."""
    weights = [normal(rng, 4, 5).float() for _ in range(2)]
    fwd, bwd = leaky_sum(weights[0], 0.9), leaky_sum(weights[1], 0.5)
    X = normal(rng, 2, 6, 4).float()
    return {
        "full": bidirectional(X, torch.tensor([6, 6]), fwd, bwd),
        "alone": bidirectional(X[1:], torch.tensor([4]), fwd, bwd),
        "single entries": bidirectional(X[:, :1], torch.tensor([1, 1]), fwd, bwd),
        "one entry": bidirectional(X[:1, :1], torch.tensor([1]), fwd, bwd),
        "dtype in float32": dtypes(bidirectional(X, torch.tensor([2, 6]), fwd, bwd)),
    }


@probe("bidirectional", points=1, public=False)
def gradients_of_both_directions(bidirectional, rng):
    """Autograd to the inputs of a padded batch; padding that adds up to infinity."""
    X, lengths = normal(rng, 3, 4, 2).requires_grad_(), torch.tensor([2, 4, 3])
    fwd, bwd = leaky_sum(normal(rng, 2, 3), 0.8), leaky_sum(normal(rng, 2, 3), 0.3)
    largest = X.detach().clone()
    largest[0, 2:] = 1.7e308
    return {
        "gradients": gradients(rng, [bidirectional(X, lengths, fwd, bwd)], [X], ["X"]),
        "padding of 1.7e308": bidirectional(largest, lengths, running_sum, running_sum),
    }


@probe("bidirectional", points=3, public=False)
def three_layers_on_a_padded_batch(stacked, rng):
    """Three layers of different widths, and one; the same sequences with other lengths and other layers."""
    X, lengths, layers = normal(rng, 3, 5, 2), torch.tensor([4, 5, 2]), []
    for wide, H, keep in ((2, 1, 0.5), (2, 3, 0.8), (6, 4, -0.6)):  # the first puts out as much as it takes in
        layers.append((leaky_sum(normal(rng, wide, H), keep), leaky_sum(normal(rng, wide, H), 0.3 - keep)))
    return {
        "three layers": stacked(X, lengths, layers),
        "one layer": stacked(X[:2, :4], lengths[[0, 2]], layers[:1]),
        "other lengths": stacked(X, torch.tensor([2, 3, 5]), layers),
        "two layers": stacked(X, lengths, layers[:2]),
    }


@probe("bidirectional", points=2, public=False, compare=exact())
def parameters_of_other_networks(parameter_count):
    """All three cells with one to four layers, in one direction and in two; whole numbers."""
    counts = {
        cell: {
            "one layer": parameter_count(cell, 7, 5),
            "three layers": parameter_count(cell, 2, 11, layers=3),
            "two directions": parameter_count(cell, 10, 4, directions=2),
            "four layers, two directions": parameter_count(cell, 6, 3, 4, 2),
            "one unit": parameter_count(cell, 1, 1, 2, 1),
        }
        for cell in ("rnn", "gru", "lstm")
    }
    return {**counts, "whole numbers": are_ints(n for of_cell in counts.values() for n in of_cell.values())}


def listed(windows, ids, B, T):
    """The pairs as lists of lists."""
    return [[part.tolist() for part in pair] for pair in windows(ids, B, T)]


def line_of_sums(weight):
    """A network with one weight: the state is weight * state + x for each x, the loss the sum of (state - y)^2."""

    def loss_fn(x, y, state):
        (s,), loss = state, 0.0
        for t in range(x.shape[1]):
            s = weight * s + x[:, t]
            loss = loss + ((s - y[:, t]) ** 2).sum()
        return loss, (s,)

    return loss_fn


@probe("tbptt_windows", points=2, compare=exact())
def windows_by_hand(tbptt_windows):
    """The ids 0 to 12 and 0 to 11 in two rows and windows of three."""
    return [listed(tbptt_windows, torch.arange(N), 2, 3) for N in (13, 12)]


@probe("tbptt_windows", points=1)
def clipping_by_hand(clip_grad_norm):
    """Gradients 3 and 4 with the limits 1 and 10; then (3, 4) and 12, whose norm is 13, with the limit 6.5."""
    grads = [torch.tensor([3.0]), torch.tensor([4.0])]
    clipped = {f"limit {limit}": clip_grad_norm(grads, limit) for limit in (1, 10)}
    return {**clipped, "norm 13": clip_grad_norm([torch.tensor([3.0, 4.0]), torch.tensor([[12.0]])], 6.5)}


@probe("tbptt_windows", points=2)
def two_windows_by_hand(tbptt_epoch):
    """The network of the text: losses 1.5 and 2.6, the weight ends at 0.28."""
    w = torch.tensor([0.5], dtype=torch.float64, requires_grad=True)

    def loss_fn(x, y, state):
        s = w * state[0] + x
        return s.sum(), (s,)

    windows = [(torch.tensor([x], dtype=torch.float64), None) for x in (1.0, 2.0)]
    start = (torch.tensor([1.0], dtype=torch.float64),)
    losses, (s,) = tbptt_epoch(loss_fn, [w], torch.optim.SGD([w], lr=0.1), windows, start, 1.2)
    return {"losses": losses, "state": s.detach(), "weight": w.detach()}


@probe("tbptt_windows", points=3, public=False, compare=exact())
def windows_of_other_texts(tbptt_windows, rng):
    """Texts with and without remainders, one row, windows of one column; one text in two ways."""
    results = {}
    for N, B, T in ((41, 5, 4), (38, 3, 5), (25, 2, 4), (19, 1, 5), (10, 3, 3), (9, 4, 1), (24, 3, 3), (46, 4, 6)):
        ids = torch.from_numpy(rng.integers(100, size=2 * N))[::2]
        results[f"N = {N}, B = {B}, T = {T}"] = listed(tbptt_windows, ids, B, T)
    results["the last one, with B = 2, T = 3"] = listed(tbptt_windows, ids, 2, 3)
    return results | {"dtypes": [dtypes(*pair) for pair in tbptt_windows(ids, 6, 3)]}


@probe("tbptt_windows", points=1, public=False, compare=exact())
def texts_that_are_too_short(tbptt_windows):
    """260 characters in 50 rows of 16, one id too few, just enough, and a single id."""
    texts = ((260, 50, 16), (6, 2, 3), (7, 2, 3), (3, 1, 3), (4, 1, 3), (1, 1, 1))
    return {f"N = {N}, B = {B}, T = {T}": raises(listed, tbptt_windows, torch.arange(N), B, T) for N, B, T in texts}


@probe("tbptt_windows", points=2, public=False)
def one_norm_for_all(clip_grad_norm, rng):
    """Limits below, at and above the norm of several tensors, one of a single number; tiny ones; zeros; float32."""
    grads = [normal(rng, 2, 3), normal(rng, 4, scale=10.0), normal(rng, 3, 1, 2, scale=0.1), normal(rng)]
    zeros = [torch.zeros(3), torch.zeros(2, 2)]
    tiny, norm = clip_grad_norm([normal(rng, 3, scale=1e-8), normal(rng, 2, scale=1e-8)], 3e-9)
    low, high = (clip_grad_norm([g.to(dtype) for g in grads], 0.5)[0] for dtype in (torch.float32, F64))
    return {
        **{f"limit {limit}": clip_grad_norm(grads, limit) for limit in (0.5, 3.0, 12.5, 1000.0)},
        "10^8 times tiny ones": [1e8 * g for g in tiny],
        "10^8 times their norm": 1e8 * norm,
        "one tensor": clip_grad_norm(grads[:1], 0.2),
        "at the limit": clip_grad_norm([numbers(3.0, 4.0)], 5.0),
        "zeros": clip_grad_norm(zeros, 2.0),
        "dtypes": dtypes(*low, *high),
    }


@probe("tbptt_windows", points=4, public=False)
def an_epoch_of_four_windows(tbptt_epoch, rng):
    """Four windows with momentum: losses, weights and last state under three limits."""
    results = {}
    for limit, lr in ((0.5, 0.2), (30.0, 0.003), (1e6, 0.001)):
        w = normal(rng, 2, scale=0.5).requires_grad_()
        w.grad = torch.full((2,), 100.0, dtype=F64)  # left over from before
        optimizer = torch.optim.SGD([w], lr=lr, momentum=0.5)
        windows = [(normal(rng, 2, 3), normal(rng, 2, 3)) for _ in range(4)]
        start = normal(rng, 2)
        losses, (s,) = tbptt_epoch(line_of_sums(w), [w], optimizer, windows, (start,), limit)
        results[f"limit {limit:g}"] = {"losses": losses, "state": s.detach(), "weight": w.detach(), "start": start}
    return results


@probe("tbptt_windows", points=2, public=False)
def an_epoch_of_two_parameters(tbptt_epoch, rng):
    """Two parameters, a state of two tensors, windows from a generator; how often the loss is asked for; what has a history."""
    results = {}
    for n in (3, 1):
        a, b, calls = normal(rng, 3).requires_grad_(), normal(rng, 2, 3).requires_grad_(), []

        def loss_fn(x, y, state, a=a, b=b, calls=calls):
            calls.append(len(calls))
            s = torch.tanh(a * state[0] + x)
            r = state[1] + (b * s).sum(-1)
            return ((r - y) ** 2).sum(), (s, r)

        windows = ((normal(rng, 2, 3), normal(rng, 2)) for _ in range(n))
        start = (normal(rng, 2, 3), normal(rng, 2))
        losses, state = tbptt_epoch(loss_fn, [a, b], torch.optim.SGD([a, b], lr=0.1), windows, start, 0.7)
        state, kept = list(state), [s.requires_grad for s in state]
        results[f"{n} windows"] = {
            "losses": losses,
            "state": [s.detach() for s in state],
            "history": kept,
            "history of the losses": [bool(getattr(loss, "requires_grad", False)) for loss in losses],
            "calls of loss_fn": len(calls),
            "a": a.detach(),
            "b": b.detach(),
        }
    return results


@probe("sample_text", points=2, compare=exact())
def draws_by_hand(sample_text):
    """The logits of the text at every step: u = 0.7 draws 2, at temperature 1/2 it draws 1."""
    logits, u = torch.tensor([0.0, math.log(4), 0.0, math.log(2)]), torch.tensor([0.7, 0.1, 0.5, 0.9])
    return {f"T = {T}": sample_text(lambda token, state: (logits, state), None, [3], u, T) for T in (1.0, 0.5)}


@probe("sample_text", points=1, compare=exact())
def a_parrot_that_counts(sample_text):
    """After id i comes i + 1 + (ids fed before it), modulo 10; the seed is 4, 4."""

    def step(token, fed):
        logits = torch.full((10,), -50.0)
        logits[(token + 1 + fed) % 10] = 50.0
        return logits, fed + 1

    return sample_text(step, 0, [4, 4], torch.tensor([0.3, 0.6, 0.2, 0.9, 0.5]))


@probe("sample_text", points=4, public=False, compare=exact())
def a_model_with_a_memory(sample_text, rng):
    """Forty ids after seeds of one, two and five ids, by a model that remembers all of them."""
    step, start = speaker(rng, 12, 5)
    seeds = [[3], [7, 0], [1, 11, 4, 4, 2]]
    texts = [sample_text(step, start, seed, torch.from_numpy(rng.random(40))) for seed in seeds]
    return {**dict(zip(("one", "two", "five"), texts)), "ints": [are_ints(text) for text in texts]}


@probe("sample_text", points=2, public=False, compare=exact())
def hot_and_cold(sample_text, rng):
    """Thirty ids from the same uniform numbers at the temperatures 0.01, 0.4, 2.5 and 100."""
    step, start = speaker(rng, 9, 4)
    u = torch.from_numpy(rng.random(30))
    texts = {f"T = {T}": sample_text(step, start, [2, 5], u, T) for T in (0.01, 0.4, 2.5, 100.0)}
    return {**texts, "u": (1000 * u).round()}


@probe("sample_text", points=1, public=False, compare=exact())
def draws_on_the_line(sample_text):
    """Uniform numbers that hit the sums exactly; rare and impossible ids; large logits; low temperatures; no draw, one."""
    equal = torch.zeros(8, dtype=F64)
    first_is_impossible = numbers(-math.inf, 0.0, 0.0, -math.inf, 0.0, 0.0)
    large = numbers(-1000.0, 1000.0, 999.0, 1000.0)
    rare_ends, ends = numbers(0.0, 18.0, 17.0, 0.0), numbers(0.0, 1e-9, 0.4, 1 - 1e-9)
    eighths = torch.arange(8, dtype=F64) / 8
    alike, middles = torch.zeros(20), (torch.arange(20, dtype=F64) + 0.5) / 20
    uneven = torch.tensor([-3.217, 1.403, 1.401, 0.2])  # float32; at T = 0.01 id 1 has the probability 0.5498
    return {
        "eighths": sample_text(lambda token, state: (equal, state), None, [0], eighths),
        "quarters": sample_text(lambda token, state: (first_is_impossible, state), None, [1], eighths[::2]),
        "large": sample_text(lambda token, state: (large, state), None, [1, 2], eighths, 0.5),
        "ends of probability 10^-8": sample_text(lambda token, state: (rare_ends, state), None, [0], ends),
        "twenty alike, T = 0.01": sample_text(lambda token, state: (alike, state), None, [3], middles, 0.01),
        "T = 0.01": sample_text(lambda token, state: (uneven, state), None, [3], numbers(0.02, 0.5475, 0.56, 0.999), 0.01),
        "no draw": sample_text(lambda token, state: (equal, state), None, [5], eighths[:0]),
        "one draw": sample_text(lambda token, state: (equal, state), None, [5], eighths[3:4]),
    }


def constant_state(src):
    """An encoder that reads nothing."""
    return torch.zeros(len(src), 1)


@probe("seq2seq_loss", points=2)
def two_sentences_by_hand(seq2seq_loss):
    """The batch of the text, 2.5 log 2; and its first sentence alone, 3 log 2."""
    step = chain([0.1, 0.25, 0.15, 0.5], [0.25] * 4, [0.25] * 4, [0.3, 0.25, 0.15, 0.3])
    src, tgt = torch.tensor([[3, 1], [3, 1]]), torch.tensor([[3, 1], [1, 2]])
    both, first = (seq2seq_loss(constant_state, step, src[:n], tgt[:n], 0, 2) for n in (2, 1))
    return {"both": both, "first": first}


@probe("seq2seq_loss", points=1, compare=exact())
def greedy_by_hand(greedy_decode):
    """A chain 0, 3, 4, 1: with eos = 1 the answer is 3, 4; with eos = 2 it goes on."""
    after = [[0.1, 0.1, 0.1, 0.6, 0.1], [0.1, 0.2, 0.1, 0.5, 0.1], [0.2] * 5, [0.1, 0.2, 0.2, 0.1, 0.4]]
    step = chain(*after, [0.1, 0.5, 0.2, 0.1, 0.1])
    src = torch.tensor([[3, 4, 1], [4, 1, 2]])
    return {f"eos = {eos}": greedy_decode(constant_state, step, src, 0, eos, 6) for eos in (1, 2)}


@probe("seq2seq_loss", points=1)
def decay_by_hand(teacher_probability):
    """k = 10 at the steps 0 and 50: 0.909 and 0.063."""
    return [teacher_probability(i, 10) for i in (0, 50)]


@probe("seq2seq_loss", points=4, public=False)
def padded_targets(seq2seq_loss, rng):
    """Targets of five, two and three ids, together and alone, with two ids for padding."""
    results = {}
    for sos, eos, pad in ((0, 1, 2), (6, 3, 0)):
        encode, step, _ = translator(rng, 8, 7, 4)
        src = torch.from_numpy(rng.integers(8, size=(3, 4)))
        tgt = torch.tensor([[4, 5, 4, 5, eos], [5, eos, pad, pad, pad], [4, 4, eos, pad, pad]])
        alone = {
            f"sentence {b}": seq2seq_loss(encode, step, src[b : b + 1], tgt[b : b + 1, : 5 - b], sos, pad) for b in range(3)
        }
        together = seq2seq_loss(encode, step, src, tgt, sos, pad)
        results[f"pad = {pad}"] = {"together": together, **alone}
    return results


@probe("seq2seq_loss", points=3, public=False)
def scheduled_sampling(seq2seq_loss, rng):
    """Coins that differ between sentences and steps; always and never the truth; logits that are equal."""
    encode, step, _ = translator(rng, 6, 9, 5, spread=3.0)
    src = torch.from_numpy(rng.integers(6, size=(4, 3)))
    tgt = torch.tensor([[3, 4, 5, 6, 7, 1], [8, 3, 8, 1, 2, 2], [5, 5, 5, 5, 1, 2], [4, 1, 2, 2, 2, 2]])
    coins = torch.from_numpy(rng.random((4, 6)) < 0.5)
    kinds = {"coins": coins, "other coins": ~coins, "always": coins | True, "never": coins & False}
    losses = {name: seq2seq_loss(encode, step, src, tgt, 0, 2, teacher) for name, teacher in kinds.items()}
    tied = chain([0.1, 0.3, 0.3, 0.3], [0.1, 0.2, 0.5, 0.2], [0.4, 0.1, 0.1, 0.4], [0.25, 0.05, 0.6, 0.1])
    never = torch.zeros(1, 4, dtype=torch.bool)
    ties = seq2seq_loss(constant_state, tied, src[:1], torch.tensor([[3, 2, 3, 1]]), 0, 0, never)
    return {**losses, "ties": ties}


@probe("seq2seq_loss", points=2, public=False)
def gradients_of_the_translator(seq2seq_loss, rng):
    """Autograd to all weights, with teacher forcing and with coins; logits of ±1000."""
    encode, step, weights = translator(rng, 5, 6, 3)
    for w in weights:
        w.requires_grad_()
    src, tgt = torch.from_numpy(rng.integers(5, size=(2, 6))), torch.tensor([[3, 5, 4, 1], [4, 1, 2, 2]])
    coins = torch.tensor([[True, False, False, True], [False, True, True, False]])
    losses = {name: seq2seq_loss(encode, step, src, tgt, 0, 2, teacher) for name, teacher in (("forced", None), ("coins", coins))}

    def extreme(previous, state):
        return numbers([1000.0, -1000.0, 0.0, 998.0])[previous * 0], state

    large = seq2seq_loss(constant_state, extreme, src[:1], torch.tensor([[3, 1]]), 0, 2)
    names = ("words", "table", "mix", "out")
    found = {name: gradients(rng, [loss], weights, names) for name, loss in losses.items()}
    return {**found, "logits of 1000": large}


@probe("seq2seq_loss", points=3, public=False, compare=exact())
def translations(greedy_decode, rng):
    """Six sources, every id once as the end, few and many steps; lists of ints."""
    encode, step, _ = translator(rng, 9, 5, 6, spread=2.0)
    src = torch.from_numpy(rng.integers(9, size=(6, 4)))
    found = {f"eos = {eos}": greedy_decode(encode, step, src, 0, eos, 7) for eos in range(5)}
    few = greedy_decode(encode, step, src[2:3], 3, 1, 1), greedy_decode(encode, step, src[:3, :2], 4, 2, 3)
    ints = are_ints(symbol for rows in found.values() for symbols in rows for symbol in symbols)
    return {**found, "one step": few[0], "three steps": few[1], "ints": ints}


@probe("seq2seq_loss", points=1, public=False, compare=exact())
def ties_and_silence(greedy_decode):
    """Equal logits: the smaller id; an end at once, at the last step, and one step too late."""
    step = chain([0.1, 0.3, 0.3, 0.3], [0.1, 0.2, 0.5, 0.2], [0.1, 0.1, 0.1, 0.7], [0.4, 0.1, 0.1, 0.4])
    src = torch.tensor([[0], [1]])
    ends = ((1, 4), (3, 3), (3, 2), (0, 5))
    return {f"eos = {eos}, {n} steps": greedy_decode(constant_state, step, src, 0, eos, n) for eos, n in ends}


@probe("seq2seq_loss", points=1, public=False)
def decay_at_many_steps(teacher_probability):
    """Steps from 0 to a million, k from 1 to 1000."""
    pairs = ((0, 1), (1, 1), (2, 1), (8, 1), (3, 2.5), (20, 2.5), (1, 30), (100, 30), (250, 30), (7, 1000), (9000, 1000))
    return {
        **{f"i = {i}, k = {k}": teacher_probability(i, k) for i, k in pairs},
        **{f"i = 1,000,000, k = {k}": teacher_probability(10**6, k) for k in (1, 40, 900)},
    }
