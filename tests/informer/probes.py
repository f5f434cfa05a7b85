"""Graded tests of informer; docs/authoring.md says how to write them."""

import torch

from dlcourse import exact, probe, raises


def normal(rng, *shape, dtype=torch.float64):
    """Normal numbers as a tensor."""
    return torch.from_numpy(rng.normal(size=shape)).to(dtype)


def heads(rng, B, h, Lq, Lk, d, dv, dtype=torch.float64):
    """Queries, keys and values; some queries and keys are large, so that rows differ in how peaked they are."""
    Q = normal(rng, B, h, Lq, d) * torch.from_numpy(rng.uniform(0.1, 3.0, size=(B, h, Lq, 1)))
    K = normal(rng, B, h, Lk, d) * torch.from_numpy(rng.uniform(0.3, 2.0, size=(B, h, Lk, 1)))
    return Q.to(dtype), K.to(dtype), (normal(rng, B, h, Lk, dv) + 0.7).to(dtype)


def ids(*positions):
    """Positions as int64."""
    return torch.tensor(positions, dtype=torch.int64)


def log_keys(*numbers):
    """Keys of width 4, one per number; key i gives the query 2 e_i the score log(number), and the others 0."""
    return torch.diag(torch.tensor(numbers, dtype=torch.float64).log())[: len(numbers), :]


def gradients(value, inputs):
    """Derivatives of a weighted sum of the values by each input, by name."""
    weights = torch.arange(1.0, value.numel() + 1, dtype=value.dtype).reshape(value.shape).cos()
    total = (value * weights).sum()
    if not total.requires_grad:
        return {"gradients": "autograd finds no path back"}
    found = torch.autograd.grad(total, list(inputs.values()), allow_unused=True)
    return {name: "no gradient" if g is None else g for name, g in zip(inputs, found, strict=True)}


# 1


@probe("sparsity_measure", points=2)
def four_queries_by_pencil(sparsity_measure):
    """The worked example: a peaked query, a flat one, one between, and the peaked one once more."""
    K = log_keys(18.0, 1.0, 2.0, 1.0)[:3]
    return {"M": sparsity_measure(2 * torch.eye(4, dtype=torch.float64)[[0, 1, 2, 0]], K)}


@probe("sparsity_measure", points=2, public=False)
def measures_of_any_shape(sparsity_measure, rng):
    """Batches and heads, one batch axis, none; as many queries as keys; one key; one query; float32; not contiguous."""
    found = {}
    for name, batch, Lq, Lk, d in (
        ("batches and heads", (2, 3), 5, 7, 4),
        ("one batch axis", (3,), 4, 6, 2),
        ("no batch axis", (), 6, 4, 3),
        ("as many queries as keys", (2, 1), 5, 5, 5),
        ("one key", (2, 2), 3, 1, 6),
        ("one query", (1, 4), 1, 8, 3),
        ("width 1", (2, 2), 3, 4, 1),
    ):
        found[name] = sparsity_measure(1.7 * normal(rng, *batch, Lq, d), normal(rng, *batch, Lk, d))
    found["float32"] = sparsity_measure(normal(rng, 2, 3, 4, dtype=torch.float32), normal(rng, 2, 5, 4, dtype=torch.float32))
    found["transposed"] = sparsity_measure(normal(rng, 4, 2, 3).transpose(0, 1), normal(rng, 3, 5, 2).transpose(0, 2))
    return found


@probe("sparsity_measure", points=1, public=False)
def large_scores(sparsity_measure, rng):
    """Scores of ±1000 and more, and scores that all have the same large number added."""
    Q, K = normal(rng, 2, 4, 3), normal(rng, 2, 6, 3)
    apart = torch.cat([Q, torch.full((2, 4, 1), 30.0, dtype=Q.dtype)], -1)
    alike = torch.cat([K, torch.full((2, 6, 1), 55.5, dtype=K.dtype)], -1)
    return {
        "thousands": sparsity_measure(1000 * Q, 2 * K),
        "all far down": sparsity_measure(apart, -alike),
        "all far up": sparsity_measure(apart, alike),
        "small": sparsity_measure(1e-3 * Q, K),
    }


@probe("sparsity_measure", points=1, public=False)
def derivatives_of_the_measure(sparsity_measure, rng):
    """Gradients with respect to queries and keys."""
    inputs = {"Q": normal(rng, 2, 3, 4).requires_grad_(), "K": normal(rng, 2, 5, 4).requires_grad_()}
    return gradients(sparsity_measure(*inputs.values()), inputs)


# 2


@probe("energy_lost", points=2)
def keeping_one_of_three(energy_lost):
    """The worked example: the first, the second or the third query is kept."""
    V = torch.tensor([6.0, 0.0, 3.0], dtype=torch.float64)[:, None].expand(1, 4, 3, 1)
    full = torch.tensor([5.55, 3.0, 1.8], dtype=torch.float64)[:, None].expand(1, 4, 3, 1)
    out = torch.tensor([[5.55, 3, 3], [3, 3, 3], [3, 3, 1.8], [5.55, 3, 1.8]], dtype=torch.float64)[None, ..., None]
    return {"first, second, third, all": energy_lost(out, full, V)}


@probe("energy_lost", points=2, public=False)
def heads_of_different_size(energy_lost, rng):
    """Heads large and small, more keys than queries and fewer, wide values, one batch element, float32."""
    found = {}
    for B, h, L, Lk, dv in ((2, 3, 5, 7, 4), (3, 2, 6, 4, 2), (1, 4, 3, 3, 3), (2, 2, 1, 5, 3), (2, 1, 4, 6, 1)):
        scale = torch.tensor([1.0, 37.3, 1e-4, 5.1])[:h, None, None].double()
        V, full = scale * normal(rng, B, h, Lk, dv) + 0.3, scale * normal(rng, B, h, L, dv)
        found[f"{B}, {h} heads, {L} of {Lk}, {dv} wide"] = energy_lost(full + 0.3 * scale * normal(rng, B, h, L, dv), full, V)
    V, full, out = (normal(rng, 2, 3, L, 4, dtype=torch.float32) for L in (7, 5, 5))
    found["float32"] = energy_lost(out, full, V)
    V, full = 3e4 + normal(rng, 2, 2, 6, 3), 3e4 + normal(rng, 2, 2, 4, 3)
    found["far from 0, hardly off"] = energy_lost(full + 1e-3 * normal(rng, 2, 2, 4, 3), full, V)
    V, full, out = (normal(rng, 2, 3, L, 4, dtype=torch.float32) for L in (7, 5, 5))
    found["worse than nothing"] = energy_lost(9.7 * out, full, V)
    found["a smaller truth"], found["other values"] = energy_lost(out, 0.4 * full, V), energy_lost(out, full, V.flip(1))
    found["exact"] = energy_lost(full, full, V)
    found["turned"] = energy_lost(normal(rng, 5, 3, 2, 4).transpose(0, 2), normal(rng, 2, 3, 5, 4), normal(rng, 2, 3, 4, 7).mT)
    found["tiny"] = energy_lost(*(1e-9 * normal(rng, 2, 2, L, 3) for L in (4, 4, 6)))
    return found


@probe("energy_lost", points=1, public=False)
def nothing_to_lose(energy_lost, rng):
    """Heads in which all outputs equal the mean, next to others; approximations that keep to it, and that do not."""
    V = torch.tensor([[1.0, -2.0], [3.0, 4.0]], dtype=torch.float64).expand(2, 3, 2, 2)
    full = torch.tensor([2.0, 1.0], dtype=torch.float64).expand(2, 3, 4, 2).clone()
    full[0, 1] += normal(rng, 4, 2)
    out = full.clone()
    out[1, 0, 2, 1] += 0.75
    out[0, 1, 3, 0] -= 0.5
    out[1, 2] -= 1e-3
    out[1, 1, 0, 0] += 1e-8
    return {
        "float64": energy_lost(out, full, V),
        "float32": energy_lost(out.float(), full.float(), V.float()),
        "others": energy_lost(full, out, V),
    }


# 3


@probe("sparsity_measure_sampled", points=2)
def samples_by_pencil(num_active, sparsity_measure_sampled):
    """The worked examples: four lengths, three samples."""
    Q, K = 2 * torch.eye(4, dtype=torch.float64)[:1], log_keys(18.0, 1.0, 1.0, 1.0)[:3]
    return {
        "how many": {L: num_active(L) for L in (96, 720, 10, 1)},
        "keys 0 and 2": sparsity_measure_sampled(Q, K, ids(0, 2)),
        "keys 0, 0, 2": sparsity_measure_sampled(Q, K, ids(0, 0, 2)),
        "keys 1 and 2": sparsity_measure_sampled(Q, K, ids(1, 2)),
    }


@probe("sparsity_measure_sampled", points=2, public=False, compare=exact())
def how_many_attend(num_active):
    """Many lengths and factors, on both sides of the cap and of a power of e."""
    lengths = (1, 2, 3, 7, 8, 12, 15, 16, 20, 21, 48, 54, 55, 72, 148, 149, 256, 500, 2048, 100000)
    return {f"c = {c}": {L: num_active(L, c) for L in lengths} for c in (1, 2, 3, 5, 8)} | {
        "default c": {L: num_active(L) for L in lengths}
    }


@probe("sparsity_measure_sampled", points=2, public=False)
def samples_of_any_size(sparsity_measure_sampled, rng):
    """Samples in no order, with repetitions, larger than the number of keys, of one key; several shapes; float32."""
    found = {}
    for name, batch, Lq, Lk, d, sample in (
        ("in no order", (2, 3), 5, 7, 4, (6, 0, 3)),
        ("repeated", (3,), 4, 6, 2, (5, 1, 5, 5, 0)),
        ("more than keys", (), 6, 4, 3, (0, 3, 1, 1, 2, 3, 0)),
        ("all keys", (2, 2), 5, 5, 5, (0, 1, 2, 3, 4)),
        ("another order", (2, 2), 5, 5, 5, (4, 2, 0, 1, 3)),
        ("one key", (1, 2), 3, 6, 3, (4,)),
        ("one query, width 1", (2, 1), 1, 5, 1, (1, 4)),
    ):
        found[name] = sparsity_measure_sampled(normal(rng, *batch, Lq, d), 1.7 * normal(rng, *batch, Lk, d) + 0.4, ids(*sample))
    Q, K = normal(rng, 2, 4, 3, dtype=torch.float32), normal(rng, 2, 6, 3, dtype=torch.float32)
    found["float32"] = sparsity_measure_sampled(Q, K, ids(2, 5, 2))
    found["thousands"] = sparsity_measure_sampled(1000 * Q.double(), K.double(), ids(0, 4))
    found["transposed"] = sparsity_measure_sampled(normal(rng, 3, 2, 4).transpose(0, 1), normal(rng, 4, 5, 2).transpose(0, 2), ids(3, 0, 1))
    return found


@probe("sparsity_measure_sampled", points=1, public=False)
def only_the_sample_counts(sparsity_measure_sampled, rng):
    """A key outside of the sample with an enormous score."""
    Q, K = normal(rng, 2, 5, 3), normal(rng, 2, 6, 3)
    quiet = sparsity_measure_sampled(Q, K, ids(0, 2, 3))
    K[:, 4] *= 500
    return {"quiet": quiet, "loud elsewhere": sparsity_measure_sampled(Q, K, ids(0, 2, 3)), "loud": sparsity_measure_sampled(Q, K, ids(0, 4, 3))}


@probe("sparsity_measure_sampled", points=1, public=False)
def no_positions(num_active):
    """Lengths below 1."""
    return {"0": raises(num_active, 0), "-3": raises(num_active, -3, 2), "1": num_active(1, 4)}


# 4 and 5


def three_queries():
    """Queries, keys and values of the worked example."""
    Q = 2 * torch.eye(4, dtype=torch.float64)[[0, 2, 1]]
    V = torch.tensor([[6.0], [0.0], [3.0]], dtype=torch.float64)
    return Q[None, None], log_keys(18.0, 3.0, 2.0, 1.0)[None, None, :3], V[None, None]


def tied(rng, L=6):
    """Small integers, so that equal queries have measures that are equal to the last bit; ties at the border."""
    peaked, flat, middle = [4.0, 0, 0, 0], [0.0, 0, 0, 0], [0.0, 2, 0, 0]
    Q = torch.tensor([[flat, peaked, middle, peaked, middle, middle], [middle, middle, flat, middle, middle, peaked]])
    K = torch.from_numpy(rng.integers(-3, 4, size=(1, 2, L, 4)) * 1.0)
    K[..., 0, :2] = 5.0
    return Q.double()[None], K, normal(rng, 1, 2, L, 3)


def sparse_cases(f, rng, cross):
    """Several shapes, samples and numbers of queries."""
    found = {}
    for B, h, L, d, dv, sample, u in (
        (2, 3, 7, 4, 2, (4, 0, 4), 3),
        (3, 2, 6, 3, 5, (1, 5, 2, 0), 2),
        (1, 4, 5, 5, 5, (0, 3), 1),
        (2, 2, 8, 2, 3, (7, 1, 1, 6, 2), 6),
        (2, 1, 4, 1, 2, (2, 0), 2),
    ):
        Lk = L - 1 if cross and B == 3 else L + 1 if cross and B == 2 else L
        found[f"{B} of {h} heads, {u} of {L} queries, {Lk} keys"] = f(*heads(rng, B, h, L, Lk, d, dv), ids(*[min(s, Lk - 1) for s in sample]), u)
    found["float32"] = f(*heads(rng, 2, 2, 5, 5, 3, 4, torch.float32), ids(3, 1), 2)
    Q, K, V = heads(rng, 5, 2, 2, 2, 3, 3)
    found["transposed"] = f(Q.transpose(0, 2), K.transpose(0, 2), V.transpose(0, 2), ids(4, 0), 2)
    Q, K, V = heads(rng, 1, 1, 6, 6, 3, 2)
    found["thousands"] = f(800 * Q, K, V, ids(5, 2), 3)
    return found


def own_memory(f, rng):
    """Numbers are written into one row of the result, for all, some and no queries that attend."""
    found = {}
    for u in (0, 2, 5):
        Q, K, V = heads(rng, 2, 2, 5, 5, 3, 3)
        out = f(Q, K, V, ids(1, 4), u)
        before = out.clone()
        out.data[0, 1, 2] += 100.0
        found[f"{u} of 5"] = {"before": before, "written": out, "values": V}
    Q, K, V = heads(rng, 1, 1, 1, 1, 3, 3)
    out = f(Q, K, V, ids(0), 0)
    out.data[0, 0, 0, 1] += 100.0
    return found | {"one position": {"written": out, "values": V}}


@probe("prob_sparse_attention", points=3)
def one_query_of_three(prob_sparse_attention):
    """The worked example: one, two and all three queries attend; then with two sampled keys."""
    Q, K, V = three_queries()
    found = {f"u = {u}": prob_sparse_attention(Q, K, V, ids(0, 1, 2), u) for u in (1, 2, 3)}
    return found | {f"u = {u}, keys 0 and 2": prob_sparse_attention(Q, K, V, ids(0, 2), u) for u in (1, 2)}


@probe("prob_sparse_attention", points=3, public=False)
def each_head_on_its_own(prob_sparse_attention, rng):
    """Batches and heads that choose different queries; more keys than queries and fewer; float32; not contiguous."""
    return sparse_cases(prob_sparse_attention, rng, cross=True)


@probe("prob_sparse_attention", points=2, public=False)
def everybody_and_nobody(prob_sparse_attention, rng):
    """All queries attend, one, none."""
    Q, K, V = heads(rng, 2, 3, 5, 6, 4, 2)
    return {f"u = {u}": prob_sparse_attention(Q, K, V, ids(5, 0, 2), u) for u in (0, 1, 5)}


@probe("prob_sparse_attention", points=2, public=False)
def equal_queries(prob_sparse_attention, rng):
    """Queries with equal measures at the border: the earlier ones attend."""
    Q, K, V = tied(rng)
    found = {f"u = {u}": prob_sparse_attention(Q, K, V, ids(0, 3), u) for u in (1, 2, 3, 4)}
    long = torch.zeros(1, 1, 40, 4, dtype=torch.float64)
    long[..., 7, 0] = 6.0
    found["one sampled key, all measures 0"] = prob_sparse_attention(Q, K, V, ids(2), 3)
    return found | {"forty queries": prob_sparse_attention(long + 1, K[:, :1], V[:, :1], ids(0, 4), 9)}


@probe("prob_sparse_attention", points=1, public=False)
def the_sample_decides(prob_sparse_attention, rng):
    """The same queries under several samples, one of which misses the peak."""
    Q, K, V = heads(rng, 1, 2, 6, 6, 4, 3)
    K[..., 5, :] *= 9
    return {str(s): prob_sparse_attention(Q, K, V, ids(*s), 2) for s in ((0, 1, 2), (5,) * 2 + (3,), (5, 3, 3), (4, 2), (1,) * 7 + (5,))}


@probe("prob_sparse_attention", points=1, public=False)
def the_result_is_new(prob_sparse_attention, rng):
    """Writing into one row of the result changes nothing else."""
    return own_memory(prob_sparse_attention, rng)


@probe("prob_sparse_attention", points=2, public=False)
def derivatives_of_sparse_attention(prob_sparse_attention, rng):
    """Gradients with respect to queries, keys and values."""
    found = {}
    for u in (2, 5):
        inputs = {n: x.requires_grad_() for n, x in zip("QKV", heads(rng, 2, 2, 5, 4, 3, 2), strict=True)}
        found[f"u = {u}"] = gradients(prob_sparse_attention(*inputs.values(), ids(0, 3, 2), u), inputs)
    return found


@probe("prob_sparse_causal", points=3)
def the_second_position_attends(prob_sparse_causal):
    """The worked example: the position in the middle is kept; then two, all and none."""
    Q = torch.zeros(1, 1, 3, 4, dtype=torch.float64)
    Q[..., 1, 0], Q[..., 2, 1] = 2.0, 1.0
    K, V = log_keys(3.0, 1.0, 1.0, 1.0)[None, None, :3], torch.tensor([6.0, 0.0, 3.0], dtype=torch.float64).reshape(1, 1, 3, 1)
    return {f"u = {u}": prob_sparse_causal(Q, K, V, ids(0, 1, 2), u) for u in (1, 2, 3, 0)}


@probe("prob_sparse_causal", points=3, public=False)
def causal_heads(prob_sparse_causal, rng):
    """Batches and heads that choose different queries, in any order; float32; not contiguous."""
    return sparse_cases(prob_sparse_causal, rng, cross=False)


@probe("prob_sparse_causal", points=2, public=False)
def causal_for_everybody_and_nobody(prob_sparse_causal, rng):
    """All queries attend, one, none; one position."""
    Q, K, V = heads(rng, 2, 3, 6, 6, 4, 2)
    found = {f"u = {u}": prob_sparse_causal(Q, K, V, ids(5, 0, 2), u) for u in (0, 1, 6)}
    return found | {"one position": prob_sparse_causal(*heads(rng, 2, 2, 1, 1, 3, 2), ids(0, 0), 1)}


@probe("prob_sparse_causal", points=2, public=False)
def a_late_value_changes(prob_sparse_causal, rng):
    """The same queries and keys with another value at position 4 of 7."""
    Q, K, V = heads(rng, 2, 2, 7, 7, 3, 2)
    before = prob_sparse_causal(Q, K, V, ids(6, 1, 4), 3)
    V[..., 4, :] += 11.3
    return {"before": before, "after": prob_sparse_causal(Q, K, V, ids(6, 1, 4), 3)}


@probe("prob_sparse_causal", points=1, public=False)
def equal_causal_queries(prob_sparse_causal, rng):
    """Queries with equal measures at the border: the earlier ones attend. The measure also sees later keys."""
    Q, K, V = tied(rng)
    found = {f"u = {u}": prob_sparse_causal(Q, K, V, ids(0, 3), u) for u in (1, 2, 3, 4)}
    many = torch.zeros(1, 1, 40, 4, dtype=torch.float64)
    many[..., 7, 0] = 6.0
    K40, V40 = normal(rng, 1, 1, 40, 4).round(), normal(rng, 1, 1, 40, 2)
    found["forty queries"] = prob_sparse_causal(many + 1, K40, V40, ids(0, 4), 9)
    late = K.clone()
    late[..., 5, :] = torch.tensor([0.0, 9.0, 0.0, 0.0], dtype=K.dtype)
    return found | {"a late key": prob_sparse_causal(Q, late, V, ids(5, 3), 3)}


@probe("prob_sparse_causal", points=1, public=False)
def the_causal_result_is_new(prob_sparse_causal, rng):
    """Writing into one row of the result changes nothing else."""
    return own_memory(prob_sparse_causal, rng)


@probe("prob_sparse_causal", points=2, public=False)
def derivatives_of_causal_attention(prob_sparse_causal, rng):
    """Gradients with respect to queries, keys and values."""
    found = {}
    for u in (2, 5):
        inputs = {n: x.requires_grad_() for n, x in zip("QKV", heads(rng, 2, 2, 5, 5, 3, 2), strict=True)}
        found[f"u = {u}"] = gradients(prob_sparse_causal(*inputs.values(), ids(0, 3, 2), u), inputs)
    return found


# 6


class Recorder:
    """A decoder whose outputs depend on position and memory; keeps what it was given."""

    def __init__(self, weights):
        self.weights, self.seen = weights, []

    def __call__(self, dec_in, memory, /):
        self.seen.append((dec_in.clone(), memory.clone()))
        place = torch.arange(dec_in.shape[1], dtype=dec_in.dtype)[None, :, None]
        return torch.tanh(dec_in.cumsum(1) @ self.weights) + 0.1 * place + memory.mean((1, 2), keepdim=True)

    def calls(self):
        """What each call was given."""
        return [{"dec_in": a, "memory": b} for a, b in self.seen]


@probe("build_decoder_input", points=2)
def two_known_steps(build_decoder_input, generative_forecast):
    """The worked example, and a decoder that counts positions."""
    x = torch.tensor([1.0, 2, 3, 4, 5], dtype=torch.float64)[None, :, None]
    decoder = Recorder(torch.tensor([[0.0]], dtype=torch.float64))
    memory = torch.zeros(1, 3, 2, dtype=torch.float64)
    dec_in = build_decoder_input(x, 2, 3)
    return {"input": dec_in, "forecast": generative_forecast(decoder, memory, torch.ones(1, 5, 1, dtype=torch.float64), 3), "calls": len(decoder.seen)}


@probe("build_decoder_input", points=2, public=False)
def known_steps_of_any_number(build_decoder_input, rng):
    """No known step, one, all; several series; one window; float32; not contiguous."""
    found = {}
    for B, L, series, label_len, out_len in ((2, 5, 3, 2, 4), (3, 6, 1, 0, 2), (1, 4, 2, 4, 3), (2, 7, 4, 1, 1), (4, 3, 3, 3, 5), (2, 4, 4, 2, 4)):
        found[f"{B}, {label_len} of {L}, {series} series, {out_len} ahead"] = build_decoder_input(normal(rng, B, L, series) + 2, label_len, out_len)
    found["float32"] = build_decoder_input(normal(rng, 2, 5, 3, dtype=torch.float32), 3, 2)
    found["transposed"] = build_decoder_input(normal(rng, 2, 3, 5).mT, 4, 2)
    return found


@probe("build_decoder_input", points=1, public=False)
def the_input_is_new(build_decoder_input, rng):
    """Writing into the decoder's input leaves the window alone."""
    x = normal(rng, 2, 5, 3)
    found = {}
    for label_len in (5, 2):
        dec_in = build_decoder_input(x, label_len, 1)
        dec_in.data[0, 0] += 100.0
        found[f"{label_len} known"] = {"written": dec_in, "window": x.clone()}
    return found


@probe("build_decoder_input", points=1, public=False)
def more_steps_than_the_window(build_decoder_input, rng):
    """More known steps than there are, and fewer than none."""
    x = normal(rng, 2, 5, 3)
    return {
        "one too many": raises(build_decoder_input, x, 6, 2),
        "far too many": raises(build_decoder_input, x, 50, 2),
        "negative": raises(build_decoder_input, x, -1, 2),
        "just enough": build_decoder_input(x, 5, 2),
    }


@probe("build_decoder_input", points=3, public=False)
def one_call_of_the_decoder(generative_forecast, rng):
    """Forecasts by decoders that keep what they were given; other widths and horizons, the whole length among them."""
    found = {}
    for B, n, series, C, m, out_len in ((2, 7, 3, 2, 4, 4), (3, 5, 1, 1, 6, 1), (1, 4, 2, 3, 2, 4), (2, 6, 2, 5, 3, 5)):
        decoder = Recorder(normal(rng, series, C))
        said = generative_forecast(decoder, normal(rng, B, m, 3), normal(rng, B, n, series), out_len)
        found[f"{B}, {out_len} of {n}, {series} to {C}"] = {"forecast": said, "calls": decoder.calls()}
    decoder = Recorder(normal(rng, 2, 2, dtype=torch.float32))
    said = generative_forecast(decoder, normal(rng, 2, 3, 4, dtype=torch.float32), normal(rng, 2, 6, 2, dtype=torch.float32), 3)
    found["float32"] = {"forecast": said, "calls": decoder.calls()}
    again = generative_forecast(decoder, normal(rng, 2, 3, 4, dtype=torch.float32), normal(rng, 2, 6, 2, dtype=torch.float32), 2)
    return found | {"the same decoder again": {"forecast": again, "calls": decoder.calls()}}


@probe("build_decoder_input", points=1, public=False)
def derivatives_of_the_forecast(generative_forecast, rng):
    """Gradients with respect to memory and input."""
    inputs = {"memory": normal(rng, 2, 3, 4).requires_grad_(), "dec_in": normal(rng, 2, 6, 2).requires_grad_()}
    return gradients(generative_forecast(Recorder(normal(rng, 2, 3)), *inputs.values(), 4), inputs)


# 7


@probe("distil", points=2)
def one_channel_by_pencil(distil, encoder_lengths):
    """The worked examples: a kernel that changes nothing, one that looks back, and three layers."""
    x = torch.tensor([-1.0, -2, 3, 0, 2], dtype=torch.float64)[None, :, None]
    kernel = torch.tensor([[[0.0, 1.0, 0.0]], [[1.0, 0.0, 0.0]]], dtype=torch.float64)
    zero = torch.zeros(1, dtype=torch.float64)
    return {
        "the same": distil(x, kernel[:1], zero),
        "one step back": distil(x, kernel[1:], zero),
        "lengths": encoder_lengths(720, 3),
    }


@probe("distil", points=3, public=False)
def channels_are_mixed(distil, rng):
    """Odd and even lengths, one position, as many positions as channels; several channels; float32; not contiguous."""
    found = {}
    for B, L, D in ((2, 7, 3), (3, 6, 2), (1, 8, 4), (2, 1, 3), (2, 2, 2), (3, 4, 4), (2, 5, 1), (4, 3, 2)):
        found[f"{B} of {L} positions, {D} channels"] = distil(2 * normal(rng, B, L, D), normal(rng, D, D, 3), normal(rng, D))
    found["float32"] = distil(*(normal(rng, *s, dtype=torch.float32) for s in ((2, 5, 3), (3, 3, 3), (3,))))
    x = normal(rng, 2, 5, 2)
    for kernels in ("some", "other"):
        found[f"the same input, {kernels} kernels"] = distil(x, normal(rng, 2, 2, 3), normal(rng, 2))
    found["transposed"] = distil(normal(rng, 2, 3, 6).mT, normal(rng, 3, 3, 3).transpose(0, 2), normal(rng, 3))
    return found


@probe("distil", points=2, public=False)
def all_below_zero(distil, rng):
    """Sums that are all negative, so that a zero beyond the ends would win."""
    found = {}
    for L in (5, 6):
        x, weight = normal(rng, 2, L, 2).abs(), -normal(rng, 2, 2, 3).abs()
        found[f"{L} positions"] = distil(x, weight, torch.tensor([-0.3, -2.1], dtype=torch.float64))
        found[f"{L} positions, bias alone"] = distil(0 * x, weight, torch.tensor([-1.3, 0.7], dtype=torch.float64))
    return found


@probe("distil", points=1, public=False, compare=exact())
def lengths_of_the_layers(encoder_lengths):
    """One layer, several; odd lengths; more layers than halvings."""
    cases = ((96, 2), (97, 3), (5, 1), (1, 3), (7, 5), (100, 4), (48, 3), (2, 2), (1025, 4), (96, 5))
    return {f"{L}, {n} layers": encoder_lengths(L, n) for L, n in cases}


@probe("distil", points=1, public=False)
def derivatives_of_distilling(distil, rng):
    """Gradients with respect to input, kernels and bias."""
    inputs = {n: normal(rng, *s).requires_grad_() for n, s in (("x", (2, 6, 3)), ("weight", (3, 3, 3)), ("bias", (3,)))}
    return gradients(distil(*inputs.values()), inputs)


# 8


def parts(rng, D, calls, returned, name):
    """Four functions that note when they are called, and keep what they returned."""

    def part(key, f):
        def call(x):
            calls.append(f"{name} {key} {tuple(x.shape)}")
            returned[f"{name} {key}"] = f(x)
            return returned[f"{name} {key}"]

        return call

    W, V, a, b = normal(rng, D, D), normal(rng, D, D), normal(rng, D), normal(rng, D)
    return {
        "attention": part("attention", lambda x: torch.tanh(x.mean(1, keepdim=True) @ W) + 0.3 * x.cumsum(1)),
        "norm1": part("norm1", lambda x: a + (x - x.mean(-1, keepdim=True)) / (0.1 + x.std(-1, keepdim=True))),
        "feed_forward": part("feed_forward", lambda x: torch.tanh(x @ V) * 1.7),
        "norm2": part("norm2", lambda x: b * 0.5 + x / (1 + x.norm(dim=-1, keepdim=True))),
    }


class Halve(torch.nn.Module):
    """Every second position, weighted channel by channel."""

    def __init__(self, weights):
        super().__init__()
        self.weights = torch.nn.Parameter(weights)

    def forward(self, x):
        """(B, L, D) to half of the positions."""
        return x[:, ::2] * self.weights


@probe("informer_encoder", points=2)
def two_layers_by_pencil(informer_encoder):
    """The worked example: one layer, and two with the maximum of the two positions between."""

    def norm(x):
        return (x - x.mean(-1, keepdim=True)) / x.std(-1, correction=0, keepdim=True).clamp(min=1e-6)

    first = {"attention": lambda x: x.mean(1, keepdim=True).expand_as(x), "norm1": norm, "feed_forward": torch.zeros_like, "norm2": norm}
    second = first | {"attention": torch.zeros_like}
    x = torch.tensor([[[1.0, 3.0], [5.0, 1.0]]], dtype=torch.float64)
    return {
        "one layer": informer_encoder(x, [first], []),
        "two layers": informer_encoder(x, [first, second], [lambda e: e.amax(1, keepdim=True)]),
    }


@probe("informer_encoder", points=3, public=False)
def layers_in_their_order(informer_encoder, rng):
    """One to three layers with parts of their own that note when they are called; float32."""
    found = {}
    for B, L, D, n in ((2, 7, 4, 1), (3, 6, 3, 2), (1, 9, 5, 3), (2, 4, 4, 2)):
        calls, returned = [], {}
        layers = [parts(rng, D, calls, returned, f"layer {i}") for i in range(n)]
        factors = rng.uniform(0.5, 2.5, size=n - 1).tolist()
        distils = [
            lambda x, i=i, c=c: calls.append(f"distil {i}") or x[:, ::2] * c + x.mean() for i, c in enumerate(factors)
        ]
        out = informer_encoder(normal(rng, B, L, D), layers, distils)
        found[f"{n} layers, {B} of {L}, {D} wide"] = {"memory": out, "calls": "; ".join(calls), "returned by the parts": returned}
    scale = {k: lambda x, s=s: x * s for k, s in (("attention", 0.3), ("norm1", 1.1), ("feed_forward", -0.4), ("norm2", 0.7))}
    x = normal(rng, 2, 6, 3)
    for name in ("modules", "other modules"):
        found[name] = informer_encoder(x, [scale, scale], [Halve(normal(rng, 3))])
    return found | {"float32": informer_encoder(normal(rng, 2, 4, 3, dtype=torch.float32), [scale, scale], [lambda x: x[:, 1::2]])}


@probe("informer_encoder", points=1, public=False)
def distillings_that_do_not_fit(informer_encoder, rng):
    """As many distillings as layers, too few, none for one layer."""
    layer = {key: torch.tanh for key in ("attention", "norm1", "feed_forward", "norm2")}
    x, half = normal(rng, 2, 8, 3), lambda e: e[:, ::2]
    return {
        "one after the last": raises(informer_encoder, x, [layer, layer], [half, half]),
        "too few": raises(informer_encoder, x, [layer] * 3, [half]),
        "one layer, one distilling": raises(informer_encoder, x, [layer], [half]),
        "none": informer_encoder(x, [layer], []),
        "tuples": informer_encoder(x, (layer, layer), (half,)),
    }


@probe("informer_encoder", points=1, public=False)
def derivatives_of_the_encoder(informer_encoder, rng):
    """Gradients with respect to the window."""
    inputs = {"x": normal(rng, 2, 6, 3).requires_grad_()}
    layers = [parts(rng, 3, [], {}, "first"), parts(rng, 3, [], {}, "second")]
    return gradients(informer_encoder(*inputs.values(), layers, [lambda e: e[:, ::2]]), inputs)
