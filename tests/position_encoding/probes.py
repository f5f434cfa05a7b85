"""Graded tests of position_encoding; docs/authoring.md says how to write them."""

import math

import numpy as np
import torch

from dlcourse import probe, raises


def normal(rng, *shape, dtype=torch.float64):
    """Normal numbers."""
    return torch.from_numpy(rng.normal(size=shape)).to(dtype)


def places(rng, n, low=0, high=60):
    """n different positions in no order."""
    return torch.from_numpy(rng.permutation(np.arange(low, high))[:n])


def pulled_back(output, weight, *inputs):
    """Gradients of the sum of weight * output, one per input; words where no path leads back."""
    grads = [None] * len(inputs)
    if output.requires_grad:
        grads = torch.autograd.grad((weight * output).sum(), inputs, allow_unused=True)
    return ["no gradient: autograd finds no path back" if grad is None else grad for grad in grads]


@probe("sinusoidal_pe", points=2)
def codes_by_pencil(sinusoidal_pe, shift_matrix):
    """Width 4 and base 100: codes of positions 0, 2 and 3, and the matrix that goes one position on."""
    return {
        "codes": sinusoidal_pe(torch.tensor([0, 2, 3]), 4, 100.0),
        "one on": shift_matrix(1, 4, 100.0),
        "nowhere": shift_matrix(0, 2, 100.0),
    }


@probe("sinusoidal_pe", points=2, public=False)
def codes_anywhere(sinusoidal_pe, rng):
    """Positions in no order, repeated, negative, every second of a tensor, one alone, none; several widths and bases."""
    positions = places(rng, 5)
    return {
        "no order, two bases": [sinusoidal_pe(positions, 6, base) for base in (10000.0, 37.5)],
        "the usual base": sinusoidal_pe(positions + 3, 6),
        "as many as the width": sinusoidal_pe(places(rng, 6), 6, 55.0),
        "repeated": sinusoidal_pe(torch.tensor([7, 2, 7, 7]), 10, 200.0),
        "negative": sinusoidal_pe(torch.tensor([-3, 4, -11]), 8),
        "every second": sinusoidal_pe(torch.arange(9, 20)[::2], 4, 20.0),
        "one": sinusoidal_pe(torch.tensor([13]), 12),
        "none": sinusoidal_pe(torch.tensor([], dtype=torch.int64), 6),
        "a single pair": sinusoidal_pe(torch.tensor([5, 1, 2]), 2),
    }


@probe("sinusoidal_pe", points=1, public=False)
def codes_far_out(sinusoidal_pe):
    """Positions around 100,000, where float32 angles are off."""
    far = torch.tensor([99_999, 100_003, 3_000_001])
    return {"far": sinusoidal_pe(far, 8), "near": sinusoidal_pe(far - 99_990, 8)}


@probe("sinusoidal_pe", points=2, public=False)
def matrices_that_shift(shift_matrix):
    """Shifts forward, back, and by 100,000, in several widths and bases."""
    return {
        "on": shift_matrix(3, 6),
        "another width": shift_matrix(3, 4),
        "another base": shift_matrix(3, 6, 80.0),
        "back": shift_matrix(-5, 6, 80.0),
        "a single pair": shift_matrix(2, 2),
        "far": shift_matrix(100_000, 8),
    }


@probe("sinusoidal_pe", points=1, public=False)
def odd_widths_are_errors(sinusoidal_pe, shift_matrix):
    """Codes and matrices of width 5 and 1."""
    positions = torch.arange(3)
    return {
        "code of 5": raises(sinusoidal_pe, positions, 5),
        "code of 1": raises(sinusoidal_pe, positions, 1, 100.0),
        "matrix of 5": raises(shift_matrix, 2, 5),
        "matrix of 3": raises(shift_matrix, 0, 3, 100.0),
    }


@probe("shaw_scores", points=2)
def a_clipped_distance_by_pencil(shaw_scores):
    """The worked example, a second query one position before the key, and the offsets at which clipping begins."""
    f = torch.float64
    R = torch.tensor([[1.0, 1.0], [4.0, 0.0], [0.0, 2.0], [0.0, -3.0], [0.5, -1.0]], dtype=f)
    q, k = torch.tensor([[1.0, 2.0], [0.0, 1.0]], dtype=f), torch.tensor([[3.0, 0.0]], dtype=f)
    axis = torch.ones(5, 2, dtype=f)
    return {
        "the text's": shaw_scores(q, k, R, torch.tensor([5, 0]), torch.tensor([1])),
        "one query, offsets 3 to -3": shaw_scores(
            axis[:1], 0 * axis.repeat(2, 1)[:7], R, torch.tensor([3]), torch.arange(7)
        ),
    }


@probe("shaw_scores", points=2, public=False)
def heads_and_caches(shaw_scores, rng):
    """Batches of heads, more keys than queries, positions in no order; a table whose rows are as many as the width."""
    found = {}
    for name, batch, n_q, n_k, d, K in (
        ("two batch axes", (2, 3), 4, 6, 5, 3),
        ("rows = width", (2,), 4, 6, 7, 3),
        ("everything 5", (5,), 5, 5, 5, 2),
        ("no batch axis", (), 3, 8, 4, 1),
        ("one query", (1, 1), 1, 9, 4, 2),
        ("one row", (2,), 3, 4, 6, 0),
    ):
        q, k, R = normal(rng, *batch, n_q, d), normal(rng, *batch, n_k, d), normal(rng, 2 * K + 1, d)
        found[name] = shaw_scores(q, k, R, places(rng, n_q, high=14), places(rng, n_k, high=14))
    q, k, R = normal(rng, 4, 3, 2).mT, normal(rng, 4, 5, 2), normal(rng, 3, 7).T
    found["not contiguous"] = shaw_scores(q, k.flip(-1)[..., [0, 1, 0]], R, places(rng, 2, high=9), places(rng, 5, high=9))
    return found


@probe("shaw_scores", points=2, public=False)
def far_and_repeated_positions(shaw_scores, rng):
    """Offsets of thousands in both directions, repeated positions, float32, and large entries."""
    q, k, R = (normal(rng, *s, dtype=torch.float32) for s in ((2, 4, 6), (2, 5, 6), (5, 6)))
    q_pos, k_pos = torch.tensor([1000, 3, 3, 0]), torch.tensor([0, 3, 5000, 1002, 3])
    return {
        "far": shaw_scores(q, k, R, q_pos, k_pos),
        "elsewhere": shaw_scores(q, k, R, q_pos + 7, k_pos),
        "large": shaw_scores(q.double(), k.double() * -1013.7, R.double(), q_pos, k_pos),
        "vectors that cancel keys": shaw_scores(q.double(), k.double() + 1e6, R.double() - 1e6, q_pos, k_pos),
    }


@probe("shaw_scores", points=1, public=False)
def gradients_of_shaws_scores(shaw_scores, rng):
    """Gradients reach queries, keys and each row of the table that is used."""
    q, k, R = (normal(rng, *s).requires_grad_() for s in ((2, 3, 4), (2, 5, 4), (7, 4)))
    scores = shaw_scores(q, k, R, torch.tensor([2, 9, 4]), torch.arange(5))
    return dict(zip("qkR", pulled_back(scores, normal(rng, 2, 3, 5), q, k, R), strict=True))


@probe("shaw_scores", points=1, public=False)
def tables_without_a_middle(shaw_scores, rng):
    """Tables with 4, 2 and 0 rows."""
    q, k, positions = normal(rng, 3, 4), normal(rng, 3, 4), torch.arange(3)
    return {
        f"{rows} rows": raises(shaw_scores, q, k, normal(rng, rows, 4), positions, positions)
        for rows in (4, 2, 0)
    }


@probe("t5_bucket", points=2)
def buckets_by_pencil(t5_bucket, t5_bias):
    """Buckets of both directions and of a decoder; the biases of one query for three keys and two heads."""
    rel = torch.tensor([-200, -20, -16, -9, -8, -5, -1, 0, 1, 8, 20, 200])
    table = torch.arange(16, dtype=torch.float64).view(8, 2)
    return {
        "bidirectional": t5_bucket(rel),
        "causal": t5_bucket(rel, bidirectional=False),
        "bias": t5_bias(table, torch.tensor([3]), torch.tensor([1, 3, 9])),
    }


@probe("t5_bucket", points=3, public=False)
def buckets_of_other_sizes(t5_bucket):
    """All distances up to 150 in both directions and a few far ones, for several numbers of buckets and largest distances."""
    near = torch.arange(-150, 151)
    far = torch.tensor([[-1_000_000, 128, -128], [4096, -127, 127]])
    found = {}
    for buckets, longest in ((32, 128), (16, 128), (8, 64), (12, 100), (20, 50), (4, 20)):
        found[f"{buckets} buckets to {longest}"] = t5_bucket(near, buckets, longest)
        found[f"{buckets} buckets to {longest}, causal"] = t5_bucket(near, buckets, longest, False)
        found[f"{buckets} buckets to {longest}, far"] = t5_bucket(far, buckets, longest, True)
    for buckets, longest in ((2, 9), (3, 20), (5, 50)):
        found[f"{buckets} buckets to {longest}, causal"] = t5_bucket(near, buckets, longest, bidirectional=False)
    found["far, causal"] = t5_bucket(far, bidirectional=False)
    return found


@probe("t5_bucket", points=1, public=False)
def buckets_of_any_shape(t5_bucket):
    """A matrix that is not contiguous, a single number, nothing; nine and five buckets, whose borders are whole; far borders; int64."""
    matrix = torch.arange(-30, 30).view(12, 5).T
    return {
        "nine buckets": t5_bucket(torch.arange(-140, 3), 9, 128, False),
        "five buckets": t5_bucket(-torch.tensor([13, 14, 15, 97, 98, 99]), 5, 686, False),
        "borders beyond float32": t5_bucket(-torch.tensor([2**25 - 1, 2**25, 2**25 + 1]), 64, 2**37, False),
        "int64": torch.as_tensor(t5_bucket(matrix)).dtype == torch.int64,
        "matrix": t5_bucket(matrix, 16, 40),
        "number": t5_bucket(torch.tensor(-37), 16, 40),
        "nothing": t5_bucket(torch.zeros(0, 3, dtype=torch.int64), 16, 40),
    }


@probe("t5_bucket", points=2, public=False)
def biases_of_heads(t5_bias, rng):
    """More keys than queries, positions in no order, three heads, both directions, float32, as many of everything."""
    q_pos, k_pos = places(rng, 4), places(rng, 7)
    table = normal(rng, 12, 3)
    return {
        "bidirectional": t5_bias(table, q_pos, k_pos, 40, True),
        "causal": t5_bias(table, q_pos, k_pos, 40, False),
        "as it is": t5_bias(table, q_pos, k_pos),
        "one head": t5_bias(normal(rng, 8, 1, dtype=torch.float32), k_pos[:1], q_pos, 30),
        "4 heads, 4 queries, 4 keys": t5_bias(normal(rng, 10, 4), q_pos, places(rng, 4), 25),
    }


@probe("t5_bucket", points=1, public=False)
def gradients_of_the_table(t5_bias, rng):
    """Gradients of the table, in which several pairs share a row and some rows have no pair."""
    table = normal(rng, 16, 2).requires_grad_()
    bias = t5_bias(table, torch.tensor([4, 30, 31]), torch.tensor([0, 4, 4, 90, 29]), 50)
    return pulled_back(bias, normal(rng, 2, 3, 5), table)


@probe("apply_rope", points=2)
def two_pairs_by_pencil(rope_frequencies, apply_rope):
    """Width 4 and base 100: the frequencies, and the vector of the text at positions 3, 0 and 1."""
    x = torch.tensor([[1.0, 0.0, 0.0, 2.0]], dtype=torch.float64).repeat(3, 1)
    theta = torch.tensor([1.0, 0.1], dtype=torch.float64)
    return {
        "frequencies": rope_frequencies(4, 100.0),
        "turned": apply_rope(x, torch.tensor([3, 0, 1]), theta),
    }


@probe("apply_rope", points=1, public=False)
def frequencies_of_a_head(rope_frequencies):
    """Widths 2, 6 and 8; the usual base, 1, and others."""
    return {
        "usual": rope_frequencies(8),
        "6, base 500": rope_frequencies(6, 500.0),
        "8, base 500": rope_frequencies(8, 500.0),
        "8, base 1": rope_frequencies(8, 1.0),
        "2": rope_frequencies(2, 77.0),
    }


@probe("apply_rope", points=2, public=False)
def turned_in_batches(apply_rope, rng):
    """Batches of heads, positions in no order and repeated, frequencies in no pattern, one pair, as many rows as columns."""
    theta = torch.tensor([0.9, -0.31, 2.4], dtype=torch.float64)
    repeated, x = torch.tensor([4, -2, 4, 11, 0]), normal(rng, 2, 5, 6)
    return {
        "heads": apply_rope(normal(rng, 2, 3, 5, 6), places(rng, 5), theta),
        "repeated": apply_rope(x, repeated, theta),
        "the same, elsewhere": apply_rope(x, repeated + 3, theta),
        "the same, other frequencies": apply_rope(x, repeated, theta.flip(0)),
        "6 rows": apply_rope(normal(rng, 6, 6), places(rng, 6), theta),
        "3 heads, 3 rows": apply_rope(normal(rng, 3, 3, 6), places(rng, 3), theta),
        "one pair": apply_rope(normal(rng, 4, 1, 2), torch.tensor([17]), theta[:1]),
        "not contiguous": apply_rope(normal(rng, 6, 5, 2).transpose(0, 2), places(rng, 5), theta),
        "decoding": apply_rope(normal(rng, 2, 1, 6), torch.tensor([31]), theta),
    }


@probe("apply_rope", points=2, public=False)
def scores_of_turned_vectors(rope_frequencies, apply_rope, rng):
    """Two float32 tensors turned around position 100,000, their dot products, and a head's own frequencies out there."""
    theta = torch.tensor([1.0, 0.13, 0.017, 0.002], dtype=torch.float64)
    q, k = (normal(rng, 2, 4, 8, dtype=torch.float32) for _ in "qk")
    far = torch.tensor([100_000, 100_007, 99_991, 100_000])
    own = apply_rope(q, far, rope_frequencies(8, 20.0))
    q, k = apply_rope(q, far, theta), apply_rope(k, far - 5, theta)
    return {"own frequencies": own, "q": q, "k": k, "scores": torch.as_tensor(q) @ torch.as_tensor(k).mT}


@probe("apply_rope", points=1, public=False)
def a_new_tensor_with_a_gradient(apply_rope, rng):
    """The gradient of a turned tensor; at position 0 a result that is changed and leaves its argument alone."""
    theta = torch.tensor([1.0, 0.2], dtype=torch.float64)
    x = normal(rng, 2, 3, 4)
    still = apply_rope(x, torch.zeros(3, dtype=torch.int64), theta)
    still += 1
    y = normal(rng, 2, 3, 4).requires_grad_()
    turned = apply_rope(y, torch.tensor([2, 0, 50]), theta)
    return {"argument": x, "changed": still, "gradient": pulled_back(turned, normal(rng, 2, 3, 4), y)}


@probe("apply_rope", points=1, public=False)
def widths_that_do_not_fit(apply_rope, rng):
    """Frequencies of the whole model's width, too few of them, and an odd width."""
    positions = torch.arange(3)
    return {
        f"width {d}, {pairs} frequencies": raises(
            apply_rope, normal(rng, 2, 3, d), positions, torch.ones(pairs, dtype=torch.float64)
        )
        for d, pairs in ((4, 4), (4, 1), (5, 2), (2, 4))
    }


@probe("alibi_slopes", points=1)
def six_heads_by_pencil(alibi_slopes, alibi_bias):
    """The slopes of 4 and of 6 heads, and the biases of two heads for a query at position 7."""
    return {
        "4": alibi_slopes(4),
        "6": alibi_slopes(6),
        "bias": alibi_bias(2, torch.tensor([7]), torch.tensor([3, 7, 9])),
    }


@probe("alibi_slopes", points=2, public=False)
def slopes_of_many_heads(alibi_slopes):
    """Numbers of heads that are powers of two, and others, from 1 to 40."""
    return {f"{H} heads": alibi_slopes(H) for H in (1, 2, 3, 5, 7, 8, 9, 12, 15, 16, 24, 32, 33, 40)}


@probe("alibi_slopes", points=2, public=False)
def distances_with_a_cache(alibi_bias, rng):
    """One query at the end of a cache, positions in no order and repeated, keys in the future, equal numbers of all."""
    keys = torch.arange(11)
    return {
        "cache": alibi_bias(3, torch.tensor([10]), keys),
        "last three": alibi_bias(8, keys[-3:], keys),
        "no order": alibi_bias(4, places(rng, 5), places(rng, 6)),
        "4, 4, 4": alibi_bias(4, places(rng, 4), places(rng, 4)),
        "repeated": alibi_bias(2, torch.tensor([5, 5, 100_003]), torch.tensor([5, 9])),
    }


@probe("is_shift_invariant", points=2)
def shift_errors_by_pencil(shift_error, is_shift_invariant):
    """The three keys of the text: without a mask, with the third key masked, with the second; and a clock of period 7."""

    def of(hidden):
        def scores(positions):
            row = [1.0, 2.0, 4.0] if positions[0] == 0 else [3.0, 5.0, 6.0]
            if hidden is not None:
                row[hidden] = -math.inf
            return torch.tensor([row] * 3, dtype=torch.float64)

        return scores

    def clock(positions):
        return torch.cos(2 * math.pi / 7 * positions.double())[:, None] * torch.arange(4.0)

    return {
        "no mask": shift_error(of(None), 3, 1),
        "third key masked": shift_error(of(2), 3, 1),
        "second key masked": shift_error(of(1), 3, 1),
        "clock, a period": is_shift_invariant(clock, 4, [7]),
        "clock, no period": is_shift_invariant(clock, 4, [7, 2]),
    }


@probe("is_shift_invariant", points=3, public=False)
def errors_of_drawn_scores(shift_error, rng):
    """Scores from tables of codes with batch axes, forward and back; constants for rows, columns and single entries."""
    codes, content = normal(rng, 200, 6), normal(rng, 5, 6)
    table = normal(rng, 200, 2, 3, 5)

    def absolute(positions):
        x = content[: len(positions)] + codes[positions]
        return x @ x.T

    def heads(positions):
        return table[positions].permute(1, 2, 0, 3)

    def plus(shape, size):
        constant = size * torch.arange(1.0, 1 + math.prod(shape)).view(shape).double()

        def scores(positions):
            base = torch.arange(12.0).view(3, 4)[:, :3].double()
            return base + constant * (positions[0] != 0)

        return scores

    def one_entry(size):
        def scores(positions):
            out = torch.zeros(4, 4, dtype=torch.float64)
            if positions[0] != 0:
                out[3, 1] = size
            return out

        return scores

    return {
        "absolute codes": shift_error(absolute, 5, 17),
        "four positions": shift_error(absolute, 4, 17),
        "another shift": shift_error(absolute, 5, 90),
        "back": shift_error(absolute, 5, -6),
        "no shift": shift_error(absolute, 5, 0),
        "batch": shift_error(heads, 5, 33),
        "constants for rows": shift_error(plus((3, 1), 2.5), 3, 4),
        "constants for columns": shift_error(plus((3,), -2.5), 3, 4),
        "one entry up": shift_error(one_entry(3.3), 4, 1),
        "one entry down": shift_error(one_entry(-0.7), 4, 2),
        "one key": shift_error(absolute, 1, 9),
        "small changes of large scores": shift_error(lambda p: 1e6 + absolute(p) / 64, 5, 8),
    }


@probe("is_shift_invariant", points=2, public=False)
def masked_scores(shift_error, rng):
    """A causal mask, rows that see nothing, masks that move, and scores around ±1000, in float32 and float64."""
    table = normal(rng, 50, 4)
    future = torch.ones(4, 4, dtype=torch.bool).triu(1)
    blind = future.clone()
    blind[2] = True
    lowest = torch.finfo(torch.float32).min

    def scores(mask, moved=None, scale=1.0, dtype=torch.float64):
        def score_fn(positions):
            hidden = moved if moved is not None and positions[0] != 0 else mask
            return (scale * table[positions]).to(dtype).masked_fill(hidden, -math.inf)[None]

        return score_fn

    def steady(positions):
        return torch.tensor([[-1000.0, -math.inf], [lowest, 1000.0]])

    def far(sign):
        def score_fn(positions):
            row = torch.tensor([3.1e9, 2.2e9, -math.inf, 4.9e9], dtype=torch.float64)
            return (sign * row * (positions[0] != 0)).nan_to_num(0.0).masked_fill(row.isinf(), -math.inf).expand(4, 4)

        return score_fn

    everything = torch.ones(4, 4, dtype=torch.bool)
    return {
        "all scores fall far": shift_error(far(-1), 4, 3),
        "all scores rise far": shift_error(far(1), 4, 3),
        "causal": shift_error(scores(future), 4, 3),
        "causal, float32": shift_error(scores(future, dtype=torch.float32), 4, 3),
        "a row sees nothing": shift_error(scores(blind), 4, 20),
        "no row sees anything": shift_error(scores(everything), 4, 20),
        "the mask grows": shift_error(scores(future, blind), 4, 5),
        "the mask shrinks": shift_error(scores(blind, future), 4, 5),
        "all masks but one": shift_error(scores(everything, blind), 4, 5),
        "large": shift_error(scores(future, scale=-1013.7), 4, 11),
        "a very low score is no mask": shift_error(steady, 2, 8),
    }


@probe("is_shift_invariant", points=2, public=False)
def which_scores_are_invariant(is_shift_invariant, rng):
    """Ten score functions: by offsets, absolute, with periods, in steps of ten, at the tolerance, masked."""
    content = normal(rng, 6, 6)
    codes = normal(rng, 200, 6)

    def by_offset(positions):
        return content @ content.T - (positions[:, None] - positions).abs()

    def absolute(positions):
        return (content + codes[positions]) @ content.T + codes[positions].sum(-1)

    def clock(positions):
        return torch.cos(math.pi / 3 * positions.double()) * torch.ones(6, 1)

    def decades(positions):
        n = len(positions)
        return (positions // 10).double() * content[:n, :n]

    def size(change, common=0.0):
        def scores(positions):
            return common + torch.tensor([[0.0, 2 * change * (positions[0] != 0)]] * 2, dtype=torch.float64)

        return scores

    def moving_mask(positions):
        return torch.zeros(6, 6).masked_fill(positions > 8, -math.inf)

    return {
        "offsets": is_shift_invariant(by_offset, 6, [1, 5, 130]),
        "offsets, back": is_shift_invariant(by_offset, 6, (0, -40)),
        "absolute": is_shift_invariant(absolute, 6, [3]),
        "absolute, a wide tolerance": is_shift_invariant(absolute, 6, [3], 1e3),
        "clock, periods": is_shift_invariant(clock, 6, [6, 12, 0, 60]),
        "clock, the first shift tells": is_shift_invariant(clock, 6, [1, 6]),
        "clock, the last shift tells": is_shift_invariant(clock, 6, [6, 12, 13]),
        "decades, in the first": is_shift_invariant(decades, 2, [1, 8]),
        "decades, across": is_shift_invariant(decades, 6, [1, 5]),
        "at the tolerance": is_shift_invariant(size(0.25), 2, [1], 0.25),
        "above the tolerance": is_shift_invariant(size(0.25), 2, [1], 0.2499),
        "above the tolerance, large scores": is_shift_invariant(size(0.3, 1000.0), 2, [1], 0.25),
        "below the usual tolerance": is_shift_invariant(size(5e-7), 2, [1]),
        "above the usual tolerance": is_shift_invariant(size(2e-6), 2, [1]),
        "two shifts below the tolerance": is_shift_invariant(size(0.2), 2, [1, 2], 0.25),
        "no shift and one above the tolerance": is_shift_invariant(size(0.3), 2, [0, 5], 0.25),
        "a mask that moves": is_shift_invariant(moving_mask, 6, [1, 7]),
        "a mask that stays": is_shift_invariant(moving_mask, 6, [1, 3]),
    }


@probe("is_shift_invariant", points=1, public=False)
def tests_that_say_nothing(is_shift_invariant):
    """No shift, only shifts by 0, a single position, no position; and scores of 0, which say something."""

    def scores(positions):
        return torch.zeros(len(positions), len(positions))

    return {
        "no shift": raises(is_shift_invariant, scores, 4, []),
        "zeros": raises(is_shift_invariant, scores, 4, [0, 0]),
        "one position": raises(is_shift_invariant, scores, 1, [3]),
        "no position": raises(is_shift_invariant, scores, 0, [3]),
        "two positions": is_shift_invariant(scores, 2, [0, 3]),
    }


@probe("scaled_frequencies", points=1)
def four_times_as_long_by_pencil(scaled_frequencies):
    """Width 4, base 100, from 32 to 128 positions, in all three ways."""
    return {name: scaled_frequencies(4, 100.0, name, 32, 128) for name in ("none", "pi", "ntk")}


@probe("scaled_frequencies", points=2, public=False)
def other_widths_and_lengths(scaled_frequencies):
    """Other widths, bases and lengths, among them lengths that are no multiples of each other."""
    cases = {
        "8, 10000": (8, 10000.0, 100, 250),
        "6, 77": (6, 77.0, 512, 640),
        "16, 500000": (16, 500_000.0, 4096, 131_072),
        "4, 10000": (4, 10000.0, 30, 31),
    }
    return {
        f"{name}, {scaling}": scaled_frequencies(d, base, scaling, short, long)
        for name, (d, base, short, long) in cases.items()
        for scaling in ("none", "pi", "ntk")
    }


@probe("scaled_frequencies", points=1, public=False)
def nothing_to_stretch(scaled_frequencies):
    """The trained length, a shorter one, and a single pair."""
    found = {}
    for scaling in ("none", "pi", "ntk"):
        found[f"{scaling}, equal"] = scaled_frequencies(6, 300.0, scaling, 64, 64)
        found[f"{scaling}, shorter"] = scaled_frequencies(6, 300.0, scaling, 64, 20)
    return found | {f"{s}, one pair": scaled_frequencies(2, 300.0, s, 64, 96) for s in ("none", "pi")}


@probe("scaled_frequencies", points=1, public=False)
def scalings_that_are_errors(scaled_frequencies):
    """Unknown names, a capital letter, and NTK with a single pair, with and without anything to stretch."""
    cases = {"yarn": (8, "yarn", 128), "NTK": (8, "NTK", 128), "empty": (8, "", 32), "longer": (8, "ntk-aware", 128), "PI, short": (8, "PI", 20)}
    cases |= {"one pair": (2, "ntk", 128), "one pair, short": (2, "ntk", 16)}
    return {name: raises(scaled_frequencies, d, 100.0, s, 32, long) for name, (d, s, long) in cases.items()}


@probe("yarn_frequencies", points=1)
def the_ramp_by_pencil(yarn_frequencies):
    """Width 4, base 100, from 32 to 128 positions, with the ramp from 1 to 9 turns."""
    theta, mu = yarn_frequencies(4, 100.0, 32, 128, 1.0, 9.0)
    return {"theta": theta, "mu": mu}


@probe("yarn_frequencies", points=2, public=False)
def ramps_of_other_models(yarn_frequencies):
    """A model of Llama's size, ramps elsewhere, lengths that are no multiples; hands on both sides of the ramp and on it."""
    cases = {
        "4096 to 32768": (128, 10000.0, 4096, 32_768),
        "100 to 250": (12, 300.0, 100, 250),
        "a low ramp": (8, 10000.0, 32, 128, 0.5, 4.0),
        "alpha": (12, 300.0, 100, 250, 3.0),
        "beta": (12, 300.0, 100, 250, 1.0, 12.5),
        "nothing below": (6, 4.0, 5000, 7000, 0.25, 2.0),
    }
    found = {}
    for name, arguments in cases.items():
        theta, mu = yarn_frequencies(*arguments)
        found[name] = {"theta": theta, "mu": mu}
    return found


@probe("yarn_frequencies", points=1, public=False)
def yarn_with_nothing_to_stretch(yarn_frequencies):
    """The trained length, a shorter one, and a single pair."""
    found = {}
    for name, d, long in (("equal", 8, 64), ("shorter", 8, 21), ("one pair", 2, 100)):
        theta, mu = yarn_frequencies(d, 50.0, 64, long)
        found[name] = {"theta": theta, "mu": mu}
    return found


def with_rows(module, rows):
    """The module with these rows in its table."""
    with torch.no_grad():
        module.table.copy_(rows)
    return module


@probe("LearnedPositions", points=1)
def three_rows_by_pencil(LearnedPositions):
    """The table of the text and one token at offsets 0 and 1."""
    module = with_rows(
        LearnedPositions(3, 2, torch.Generator().manual_seed(0)), torch.tensor([[1.0, 1.0], [2.0, 0.0], [0.0, 5.0]])
    )
    x = torch.tensor([[[10.0, 20.0]]])
    return {"offset 0": module(x), "offset 1": module(x, 1)}


@probe("LearnedPositions", points=2, public=False)
def rows_for_batches(LearnedPositions, rng):
    """Batches, equal tokens at different places, offsets, all rows at once, sizes that are equal, no token, float64."""
    module = with_rows(LearnedPositions(7, 4, torch.Generator().manual_seed(1)), normal(rng, 7, 4))
    square = with_rows(LearnedPositions(3, 3, torch.Generator().manual_seed(1)), normal(rng, 3, 3))
    wide = with_rows(LearnedPositions(5, 2, torch.Generator().manual_seed(1)).double(), normal(rng, 5, 2))
    x = normal(rng, 2, 3, 4, dtype=torch.float32)
    same = torch.ones(2, 7, 4)
    first = LearnedPositions(500, 20, torch.Generator().manual_seed(4)).table.std()
    return {
        "spread of the initial rows": bool(0.09 < first < 0.11),
        "from 0": module(x),
        "other tokens": module(x - 2.5 * x.flip(0)),
        "from 3": module(x, 3),
        "from 4, to the end": module(x, offset=4),
        "equal tokens": module(same),
        "3, 3, 3": square(normal(rng, 3, 3, 3, dtype=torch.float32)),
        "one of each": module(x[:1, :1], 6),
        "no token": [module(x[:, :0], offset) for offset in (0, 7)],
        "float64": wide(normal(rng, 4, 2, 2), 1),
        "rows that cancel tokens": with_rows(wide, normal(rng, 5, 2) + 1e6)(normal(rng, 4, 2, 2) - 1e6, 2),
    }


@probe("LearnedPositions", points=1, public=False)
def positions_without_a_row(LearnedPositions, rng):
    """A text that is too long, an offset that is too large, a negative one, and no token beyond the end."""
    module = LearnedPositions(5, 3, torch.Generator().manual_seed(2))
    x = normal(rng, 2, 6, 3, dtype=torch.float32)
    return {
        "too long": raises(module, x),
        "one too far": raises(module, x[:, :3], 3),
        "far out": raises(module, x[:, :1], 1000),
        "negative": raises(module, x[:, :2], -2),
        "negative, all rows": raises(module, x[:, :5], -1),
        "no token, beyond": raises(module, x[:, :0], 6),
        "no token, before": raises(module, x[:, :0], -1),
    }


@probe("LearnedPositions", points=1, public=False)
def only_used_rows_learn(LearnedPositions, rng):
    """Gradients of the table and of the input; a result that is changed and leaves input and table alone."""
    module = LearnedPositions(6, 3, torch.Generator().manual_seed(3))
    x = normal(rng, 2, 2, 3, dtype=torch.float32).requires_grad_()
    weight = normal(rng, 2, 2, 3, dtype=torch.float32)
    gradients = pulled_back(module(x, 3), weight, x, module.table)
    silent = with_rows(module, torch.zeros(6, 3))
    y = normal(rng, 1, 2, 3, dtype=torch.float32)
    with torch.no_grad():
        result = silent(y, 1)
        result += 1
    return {"input": gradients[0], "table": gradients[1], "argument": y, "changed": result, "rows": silent.table.detach()}
