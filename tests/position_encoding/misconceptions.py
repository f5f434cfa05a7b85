"""What students get wrong in position_encoding, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "sinusoidal_pe": [
        Misconception(
            "a_frequency_for_every_column",
            "The exponent looks like i/D or 4g/D. Two columns, a sine and a cosine, share one hand, and the exponent of hand "
            "g is 2g/D.",
            {"(-2 * torch.arange": "(-torch.arange"},
        ),
        Misconception(
            "exponent_twice_too_large",
            "The frequencies fall twice as fast as they should: the exponent of hand g is 2g/D, which ends just below 1.",
            {"(-2 * torch.arange": "(-4 * torch.arange"},
        ),
        Misconception(
            "halves_instead_of_interleaved",
            "All sines stand before all cosines. Here the sine and the cosine of one hand are neighbours; both layouts exist, "
            "and only one of them fits the matrix.",
            {"torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(-2)": "torch.cat([angle.sin(), angle.cos()], dim=-1)"},
        ),
        Misconception(
            "cosine_first",
            "The cosine stands in the even columns. The sine comes first; with the cosine first, the shift matrix would "
            "turn the other way.",
            {"[angle.sin(), angle.cos()]": "[angle.cos(), angle.sin()]"},
        ),
        Misconception(
            "positions_from_one",
            "Positions are counted from 0, and come in as they are: the code of position 0 is (0, 1, 0, 1, …).",
            {"positions[:, None]": "(positions + 1)[:, None]"},
        ),
        Misconception(
            "positions_ignored",
            "The rows are codes of 0, 1, 2, … whatever positions were asked for. They may start anywhere and come in any order.",
            {"positions[:, None]": "torch.arange(len(positions))[:, None]"},
        ),
        Misconception(
            "angles_in_float32",
            "The angles were computed in float32. That has about seven digits, and an angle of 100,000 radians spends six of them "
            "before the decimal point.",
            {
                "dtype=torch.float64) / D)": "dtype=torch.float32) / D)",
                "dim=-1).flatten(-2)": "dim=-1).flatten(-2).double()",
            },
        ),
        Misconception(
            "matrix_transposed",
            "The matrix goes k positions back: its blocks are transposed. With the sine above the cosine, the block is "
            "cos, sin above -sin, cos.",
            {"[cos, sin, -sin, cos]": "[cos, -sin, sin, cos]"},
        ),
        Misconception(
            "frequencies_grow",
            "The hands get faster: the minus in the exponent is missing.",
            {"(-2 * torch.arange": "(2 * torch.arange"},
        ),
        Misconception(
            "odd_width_accepted",
            "A last hand without a partner is not refused: an odd width is an error, in the matrix, too.",
            {"if D % 2:": "if False:"},
        ),
        Misconception(
            "halves_and_a_matrix_that_is_right",
            "All sines stand before all cosines. The matrix is right: it fits codes in which the sine and "
            "the cosine of one hand are neighbours.",
            {
                "torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(-2)": "torch.cat([angle.sin(), angle.cos()], dim=-1)",
                "view(-1, 2).T": "view(2, -1)",
            },
        ),
        Misconception(
            "cosine_first_and_a_matrix_that_is_right",
            "The cosine stands in the even columns of the codes. The sine comes first, and the matrix, which "
            "is right, expects it there.",
            {
                "[angle.sin(), angle.cos()]": "[angle.cos(), angle.sin()]",
                "sin, cos = sinusoidal_pe": "cos, sin = sinusoidal_pe",
            },
        ),
        Misconception(
            "base_fixed",
            "The base is 10000 whatever was asked for: the argument is not used.",
            {
                "theta = base **": "theta = 10000.0 **",
            },
        ),
    ],
    "shaw_scores": [
        Misconception(
            "offset_of_the_paper",
            "The offset is counted as in the paper, key minus query. Here it is query minus key, so the table is upside down.",
            {"q_pos[:, None] - k_pos": "k_pos - q_pos[:, None]"},
        ),
        Misconception(
            "table_entered_without_shift",
            "The row of offset m is m + K. Without the shift a negative offset counts from the end of the table, and no error "
            "is raised.",
            {".clamp(-K, K) + K": ".clamp(-K, K) % len(R)"},
        ),
        Misconception(
            "far_offsets_wrap_round",
            "Far offsets wrap round the table instead of being clipped: a key that is far away gets the vector of a near one.",
            {".clamp(-K, K) + K": " .add(K) % len(R)"},
        ),
        Misconception(
            "distance_not_scaled",
            "The term of the distance is divided by the square root of d, like that of the key: the vector is added to the key.",
            {
                "(q @ k.transpose(-2, -1) + with_distance) / math.sqrt(q.shape[-1])":
                    "q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]) + with_distance",
            },
        ),
        Misconception(
            "scores_not_scaled",
            "The division by the square root of d is missing.",
            {" / math.sqrt(q.shape[-1])": ""},
        ),
        Misconception(
            "distance_without_sign",
            "Past and future share their vectors: the sign of the offset was lost. A key before the query and one behind it "
            "have different rows.",
            {"(q_pos[:, None] - k_pos).clamp": "(q_pos[:, None] - k_pos).abs().clamp"},
        ),
        Misconception(
            "indices_for_positions",
            "The offsets are those of the rows' indices, not of the positions. With a cache, or in another order, they differ.",
            {"(q_pos[:, None] - k_pos)": "(torch.arange(len(q_pos))[:, None] - torch.arange(len(k_pos)))"},
        ),
        Misconception(
            "far_keys_without_a_vector",
            "Offsets beyond K get no vector at all. They are clipped: all of them use the first or last row.",
            {
                "    return (q @": "    with_distance = with_distance * ((q_pos[:, None] - k_pos).abs() <= K)\n    return (q @",
            },
        ),
        Misconception(
            "even_table_accepted",
            "A table with an even number of rows has no middle one for offset 0. It is an error.",
            {
                "if len(R) % 2 == 0:": "if False:",
            },
        ),
    ],
    "t5_bucket": [
        Misconception(
            "sign_turned_round",
            "Past and future have changed places. The argument is key minus query: the future is positive, and has the second "
            "half of the buckets.",
            {"(rel > 0)": "(rel < 0)"},
        ),
        Misconception(
            "decoder_sees_the_future",
            "Without the second half of the buckets, keys in the future count as distance 0, and only the past has distances. It is the "
            "other way round here.",
            {"(-rel).clamp(min=0)": "rel.clamp(min=0)"},
        ),
        Misconception(
            "future_at_a_distance",
            "A decoder's keys in the future count as distance 0, not as if they were in the past.",
            {"(-rel).clamp(min=0)": "rel.abs()"},
        ),
        Misconception(
            "logarithm_to_base_two",
            "The logarithms of numerator and denominator have different bases. Their quotient says how much of the way from E to "
            "the largest distance is done: any base will do, but the same in both.",
            {"torch.log(n.clamp": "torch.log2(n.clamp"},
        ),
        Misconception(
            "all_buckets_for_each_side",
            "With two directions each has half of the buckets; here each has all, and the numbers go beyond the table.",
            {"num_buckets //= 2\n": "pass\n"},
        ),
        Misconception(
            "no_cap",
            "Distances beyond the largest one have buckets that do not exist. They all belong to the last one.",
            {"far.clamp(max=num_buckets - 1)": "far"},
        ),
        Misconception(
            "all_exact",
            "Distances are clipped, not put into buckets that grow: beyond the exact half, several distances share a bucket.",
            {"torch.where(n < E, n, far.clamp(max=num_buckets - 1))": "n.clamp(max=num_buckets - 1)"},
        ),
        Misconception(
            "rounded_to_the_nearest",
            "The logarithmic share is rounded to the nearest bucket. It is rounded down.",
            {"(share * (num_buckets - E) + 1e-9).to(torch.int64)": "(share * (num_buckets - E)).round().to(torch.int64)"},
        ),
        Misconception(
            "bias_by_query_minus_key",
            "The buckets are right, but the biases are those of query minus key. T5 counts key minus query.",
            {"k_pos - q_pos[:, None]": "q_pos[:, None] - k_pos"},
        ),
        Misconception(
            "heads_last",
            "The heads are not in front, or queries and keys have changed places: the result has one matrix of queries by keys "
            "for each head.",
            {".permute(2, 0, 1)": ".permute(2, 1, 0)"},
        ),
        Misconception(
            "query_in_the_future",
            "Distance 0 is counted as future. A key at the query's own place is in bucket 0.",
            {"(rel > 0)": "(rel >= 0)"},
        ),
        Misconception(
            "rounded_up",
            "The logarithmic share is rounded up. It is rounded down.",
            {"(share * (num_buckets - E) + 1e-9).to(torch.int64)": "(share * (num_buckets - E) - 1e-9).ceil().to(torch.int64)"},
        ),
        Misconception(
            "border_a_hair_too_low",
            "At a border whose number is exactly an integer, floating point came out a hair below it, and "
            "rounding down took the bucket before. Add 1e-9 first.",
            {
                " + 1e-9)": ")",
            },
        ),
        Misconception(
            "bias_without_max_distance",
            "The buckets are right, but the biases always use the default largest distance: the argument is "
            "not passed on.",
            {
                "len(table), max_distance, bidirectional": "len(table), bidirectional=bidirectional",
            },
        ),
        Misconception(
            "bias_without_direction",
            "The buckets are right, but the biases always use both directions: the argument is not passed "
            "on.",
            {
                "len(table), max_distance, bidirectional": "len(table), max_distance",
            },
        ),
        Misconception(
            "heads_not_in_front",
            "Indexing the table puts the heads on the last axis. They come first: one matrix of queries by "
            "keys for each head.",
            {
                ".permute(2, 0, 1)": "",
            },
        ),
        Misconception(
            "indices_for_positions",
            "The biases are those of the rows' indices. With a cache, or in another order, they are not the "
            "positions.",
            {
                "k_pos - q_pos[:, None]": "torch.arange(len(k_pos)) - torch.arange(len(q_pos))[:, None]",
            },
        ),
    ],
    "apply_rope": [
        Misconception(
            "half_split_pairing",
            "Column g is paired with column g + d/2, as in Llama's layout. Here a pair is two neighbours.",
            {
                "x[..., 0::2], x[..., 1::2]": "x.chunk(2, dim=-1)",
                "torch.stack([even * cos - odd * sin, even * sin + odd * cos], dim=-1).flatten(-2)":
                    "torch.cat([even * cos - odd * sin, even * sin + odd * cos], dim=-1)",
            },
        ),
        Misconception(
            "halves_on_return",
            "The pairs were taken from neighbours, but the results are put into two halves. They go back to where they came from.",
            {
                "torch.stack([even * cos - odd * sin, even * sin + odd * cos], dim=-1).flatten(-2)":
                    "torch.cat([even * cos - odd * sin, even * sin + odd * cos], dim=-1)",
            },
        ),
        Misconception(
            "turned_clockwise",
            "The pairs are turned clockwise: the signs of the sines are exchanged. Scores stay the same if queries and keys are both "
            "turned so, but the vectors are others.",
            {"even * cos - odd * sin, even * sin + odd * cos": "even * cos + odd * sin, odd * cos - even * sin"},
        ),
        Misconception(
            "second_member_sees_the_first_result",
            "The second member of each pair was computed from the first one's result. Both need the values from before.",
            {
                "    return torch.stack([even * cos - odd * sin":
                    "    even = even * cos - odd * sin\n    return torch.stack([even",
            },
        ),
        Misconception(
            "exponent_not_doubled",
            "The exponent of pair g is 2g/d: it ends just below 1. Here it is g/d, and the hands hardly slow down.",
            {"(-2 * torch.arange": "(-torch.arange"},
        ),
        Misconception(
            "angles_in_the_inputs_dtype",
            "The angles were computed in float32. At position 100,000 they are off by thousandths of a turn: compute them in float64, "
            "and bring only sine and cosine to the dtype of x.",
            {"positions[:, None] * theta": "positions[:, None] * theta.to(x.dtype)"},
        ),
        Misconception(
            "row_numbers_for_positions",
            "The rows are turned by 0, 1, 2, … whatever their positions are. In decoding, the one row that is left is not at position 0.",
            {"positions[:, None]": "torch.arange(len(positions))[:, None]"},
        ),
        Misconception(
            "angles_leak_into_the_dtype",
            "Sines and cosines stay float64, and pull a float32 argument with them. The result has the dtype of "
            "x.",
            {"angle.cos().to(x.dtype), angle.sin().to(x.dtype)": "angle.cos(), angle.sin()"},
        ),
        Misconception(
            "widths_not_compared",
            "Vectors whose width does not fit the frequencies are not refused with a ValueError.",
            {"if x.shape[-1] != 2 * len(theta):": "if False:"},
        ),
        Misconception(
            "base_fixed",
            "The base of the frequencies is 10000 whatever was asked for: the argument is not used.",
            {
                "return base **": "return 10000.0 **",
            },
        ),
        Misconception(
            "halves_met_by_angles_of_neighbours",
            "The angles are laid out for neighbours, but the partner of a column is taken from the other "
            "half. Two layouts are mixed: here a pair is two neighbours.",
            {
                "    even, odd = x[..., 0::2], x[..., 1::2]\n": "",
                "torch.stack([even * cos - odd * sin, even * sin + odd * cos], dim=-1).flatten(-2)": "x * cos.repeat_interleave(2, -1) + torch.cat([-x[..., x.shape[-1] // 2 :], x[..., : x.shape[-1] // 2]], -1) * sin.repeat_interleave(2, -1)",
            },
        ),
    ],
    "alibi_slopes": [
        Misconception(
            "halving_from_one_half",
            "The slopes are 1/2, 1/4, 1/8, …, which is right for 8 heads only. The exponents are 8h/H, so that the last slope is always 2^-8.",
            {"2.0 ** (-4 * torch.cat([h[1::2], h[0::2]])[:H] / P)": "2.0 ** -torch.cat([h[:P], h[:P] - 0.5])[:H]"},
        ),
        Misconception(
            "one_formula_for_all",
            "For a number of heads that is no power of two the slopes are not 2^(-8h/H): the authors' code takes the sequence "
            "for the next smaller power and fills up.",
            {"P = 2 ** (H.bit_length() - 1)": "P = H"},
        ),
        Misconception(
            "filled_from_the_even_entries",
            "The missing slopes are the first, third, fifth … of the longer sequence. Its second, fourth … are those that are there already.",
            {"h[0::2]": "h[1::2]"},
        ),
        Misconception(
            "filled_without_gaps",
            "The missing slopes are every other one of the longer sequence, not its first ones.",
            {"h[0::2]": "h"},
        ),
        Misconception(
            "reward_for_distance",
            "Distance is rewarded: the minus is missing.",
            {"return -alibi_slopes": "return alibi_slopes"},
        ),
        Misconception(
            "indices_for_positions",
            "The distances are those of the rows' indices. With a cache the only query is not at position 0.",
            {"(q_pos[:, None] - k_pos)": "(torch.arange(len(q_pos))[:, None] - torch.arange(len(k_pos)))"},
        ),
        Misconception(
            "signed_distance",
            "Keys in the future get a bonus: the distance has lost its bars.",
            {"(q_pos[:, None] - k_pos).abs()": "(q_pos[:, None] - k_pos)"},
        ),
        Misconception(
            "next_larger_power",
            "The slopes come from the next larger power of two. Take the sequence of the largest one that fits, "
            "and fill up.",
            {"P = 2 ** (H.bit_length() - 1)": "P = 2 ** (H - 1).bit_length()"},
        ),
        Misconception(
            "first_slope_is_one",
            "The exponents begin with 0. The first head's slope is 2^(-8/H), not 1.",
            {"torch.arange(1, 2 * P + 1,": "torch.arange(-1, 2 * P - 1,"},
        ),
        Misconception(
            "future_for_free",
            "Keys in the future cost nothing. They are at a distance, too; hiding them is the mask's work.",
            {").abs()": ").clamp(min=0)"},
        ),
        Misconception(
            "squared_distance",
            "The fine grows with the square of the distance. It grows with the distance.",
            {").abs()": ") ** 2"},
        ),
        Misconception(
            "halving_in_both_sequences",
            "The slopes of both sequences are 1/2, 1/4, 1/8, …, which is right for 8 heads only. The "
            "exponents are 8h/H.",
            {
                "2.0 ** (-4 * torch.cat([h[1::2], h[0::2]])[:H] / P)": "2.0 ** -torch.cat([h[:P], h[0::2]])[:H]",
            },
        ),
        Misconception(
            "slopes_sorted",
            "The slopes were sorted. Those that fill up stand behind the others, in the order of the text.",
            {
                "torch.cat([h[1::2], h[0::2]])[:H]": "torch.cat([h[1::2], h[0::2]])[:H].sort().values",
            },
        ),
        Misconception(
            "future_masked",
            "Keys in the future are hidden. The bias has no mask: they are at a distance, too.",
            {
                ".abs()\n": ".abs().double().masked_fill(q_pos[:, None] < k_pos, math.inf)\n",
            },
        ),
    ],
    "is_shift_invariant": [
        Misconception(
            "constants_count",
            "The largest change of a score is returned. A softmax does not see what is added to all scores of one query: take the "
            "best constant of each row away first.",
            {
                "((highest - lowest).clamp(min=0) / 2).max().item()":
                    "change.masked_fill(hidden, 0).abs().max().item()",
            },
        ),
        Misconception(
            "whole_spread",
            "The best constant lies in the middle, so that what is left is half of the spread, not all of it.",
            {".clamp(min=0) / 2)": ".clamp(min=0))"},
        ),
        Misconception(
            "mean_as_the_constant",
            "The mean of the differences was taken away. The constant that leaves the smallest maximum is the middle between the "
            "largest and the smallest difference.",
            {
                "    highest = change": "    change = change - (change.masked_fill(hidden, 0).sum(-1, keepdim=True) / (~hidden).sum(-1, keepdim=True).clamp(min=1))\n    highest = change",
                "((highest - lowest).clamp(min=0) / 2)": "torch.maximum(highest, -lowest).clamp(min=0)",
            },
        ),
        Misconception(
            "one_constant_for_all_queries",
            "One constant for the whole matrix is too strict: each query has a softmax, and a constant, of its own.",
            {
                "change.masked_fill(hidden, -math.inf).amax(-1)": "change.masked_fill(hidden, -math.inf).amax()",
                "change.masked_fill(hidden, math.inf).amin(-1)": "change.masked_fill(hidden, math.inf).amin()",
            },
        ),
        Misconception(
            "moving_masks_overlooked",
            "A key that is masked in one of the two runs only makes the error infinite; here it was left out as if masked in both.",
            {
                "    if (before.isinf() != after.isinf()).any():\n        return math.inf\n": "",
                "after - before, before.isinf()": "after - before, before.isinf() | after.isinf()",
            },
        ),
        Misconception(
            "masks_make_nan",
            "Where both scores are -inf, their difference is nan and spoils what is computed from it. Leave those keys out.",
            {
                "change.masked_fill(hidden, -math.inf).amax(-1)": "change.amax(-1)",
                "change.masked_fill(hidden, math.inf).amin(-1)": "change.amin(-1)",
            },
        ),
        Misconception(
            "softmax_first",
            "Attention weights were compared, not scores. A change of a small weight is small, whatever the score did.",
            {
                "    change, hidden": "    before, after = (s.softmax(-1).masked_fill(s.isinf(), -math.inf) for s in (before, after))\n    change, hidden",
            },
        ),
        Misconception(
            "one_shift_is_enough",
            "One invariant shift was enough to pass. A clock passes at its own period; all shifts have to.",
            {"return all(": "return any("},
        ),
        Misconception(
            "only_the_first_shift",
            "Only the first shift was tried.",
            {"for k in shifts)\n": "for k in shifts[:1])\n"},
        ),
        Misconception(
            "only_neighbours",
            "The shift by one was tried instead of those that were asked for.",
            {"shift_error(score_fn, n, k) <= tol": "shift_error(score_fn, n, 1) <= tol"},
        ),
        Misconception(
            "masks_count_as_zero",
            "A masked key counts as a change of 0 and may be the largest or the smallest. It does not count at "
            "all.",
            {
                "change.masked_fill(hidden, -math.inf)": "change.masked_fill(hidden, 0.0)",
                "change.masked_fill(hidden, math.inf)": "change.masked_fill(hidden, 0.0)",
            },
        ),
        Misconception(
            "mean_over_queries",
            "The errors of the queries are averaged. The shift error is the largest of them.",
            {"/ 2).max().item()": "/ 2).mean().item()"},
        ),
        Misconception(
            "constants_of_columns",
            "A constant was taken from each column. The softmax runs over the keys, so that it is the rows whose "
            "constants do not matter.",
            {
                "amax(-1)": "amax(-2)",
                "amin(-1)": "amin(-2)",
            },
        ),
        Misconception(
            "mean_over_shifts",
            "The errors of the shifts are averaged. None of them may be above the tolerance.",
            {
                "return all(shift_error(score_fn, n, k) <= tol for k in shifts)": "return sum(shift_error(score_fn, n, k) for k in shifts) / len(shifts) <= tol",
            },
        ),
        Misconception(
            "says_nothing_and_passes",
            "A test that proves nothing passes: with no shift, only zeros, or a single key it is an error.",
            {"if n < 2 or not any(shifts):": "if False:"},
        ),
        Misconception(
            "below_the_tolerance",
            "An error that equals the tolerance is allowed.",
            {"<= tol": "< tol"},
        ),
        Misconception(
            "one_position_passes",
            "With a single position everything is invariant, so that the test says nothing. It is an error.",
            {
                "if n < 2 or not any(shifts):": "if not any(shifts):",
            },
        ),
        Misconception(
            "zeros_pass",
            "Shifts that are all 0 say nothing. They are an error, as no shift at all is.",
            {
                "not any(shifts)": "len(shifts) == 0",
            },
        ),
        Misconception(
            "zero_refused",
            "A shift by 0 is an error only if there is no other. Next to real shifts it does no harm.",
            {
                "not any(shifts)": "not all(shifts) or len(shifts) == 0",
            },
        ),
        Misconception(
            "tolerance_fixed",
            "The tolerance is 1e-6 whatever was asked for: the argument is not used.",
            {
                "<= tol": "<= 1e-6",
            },
        ),
    ],
    "scaled_frequencies": [
        Misconception(
            "faster_instead_of_slower",
            "PI multiplies the frequencies. For a longer text the hands have to go slower, so that they end where they ended in training.",
            {"rope_frequencies(d, base) / s": "rope_frequencies(d, base) * s"},
        ),
        Misconception(
            "base_times_s",
            "The base is multiplied by s without the exponent d/(d-2): the last hand is then not slowed by the whole s.",
            {"base * s ** (d / (d - 2))": "base * s"},
        ),
        Misconception(
            "exponent_upside_down",
            "The exponent of s is d/(d-2), larger than 1; it stands upside down.",
            {"s ** (d / (d - 2))": "s ** ((d - 2) / d)"},
        ),
        Misconception(
            "shrinks_for_short_texts",
            "Texts that are shorter than those of training are scaled, too. Nothing has to be mended there: s is at least 1.",
            {"max(1.0, L_test / L_train)": "L_test / L_train"},
        ),
        Misconception(
            "whole_multiples_only",
            "The factor was rounded down to a whole number.",
            {"L_test / L_train": "L_test // L_train"},
        ),
        Misconception(
            "name_not_looked_at",
            "Where there is nothing to stretch, a name that does not exist is accepted. It is an error whatever "
            "the lengths.",
            {
                '    if scaling == "none":': '    if s == 1:\n        return rope_frequencies(d, base)\n    if scaling == "none":',
            },
        ),
        Misconception(
            "unknown_names_pass",
            "An unknown name is treated as \"none\". It is an error.",
            {
                '    raise ValueError(f"no scaling {scaling!r} for width {d}")': '    return rope_frequencies(d, base)',
            },
        ),
        Misconception(
            "one_pair_refused_only_if_stretched",
            "NTK with one pair is an error whatever the lengths: its one hand is the first and the last.",
            {
                '"ntk" and d != 2:': '"ntk" and d == 2 and s == 1:\n        return rope_frequencies(d, base)\n    if scaling == "ntk" and d != 2:',
            },
        ),
        Misconception(
            "capitals_accepted",
            "A name in capital letters is accepted. It is none of the three, and an error.",
            {
                "    s = max(": "    scaling = scaling.lower()\n    s = max(",
            },
        ),
    ],
    "yarn_frequencies": [
        Misconception(
            "ramp_turned_round",
            "The blend is turned round: hands with many turns stay as they are, those with few are interpolated.",
            {"gamma * theta + (1 - gamma) * theta / s": "(1 - gamma) * theta + gamma * theta / s"},
        ),
        Misconception(
            "radians_for_turns",
            "The ramp runs over radians. A full turn is 2 pi of them.",
            {"L_train * theta / (2 * math.pi)": "L_train * theta"},
        ),
        Misconception(
            "turns_at_the_new_length",
            "The turns were counted over the new length. What counts is what the model saw in training.",
            {"turns = L_train * theta": "turns = L_test * theta"},
        ),
        Misconception(
            "ramp_over_indices",
            "The ramp is linear in the index of the hand between its two borders, as in many programs. Here it is linear in the turns.",
            {
                "gamma = ((turns - alpha) / (beta - alpha)).clamp(0, 1)":
                    "low, high = (d * math.log(L_train / (2 * math.pi * t)) / (2 * math.log(base)) for t in (beta, alpha))\n"
                    "    gamma = 1 - ((torch.arange(d // 2).double() - low) / (high - low)).clamp(0, 1)",
            },
        ),
        Misconception(
            "square_of_the_factor",
            "The factor is squared, as it acts on the scores. Queries and keys get one each.",
            {"0.1 * math.log(s) + 1": "(0.1 * math.log(s) + 1) ** 2"},
        ),
        Misconception(
            "logarithm_to_base_two",
            "The logarithm in the factor is the natural one.",
            {"math.log(s)": "math.log2(s)"},
        ),
        Misconception(
            "step_for_ramp",
            "There is a step where a ramp should be: between alpha and beta turns, old and new frequencies are "
            "blended.",
            {"((turns - alpha) / (beta - alpha)).clamp(0, 1)": "(turns > alpha).double()"},
        ),
        Misconception(
            "ramp_not_clipped",
            "The ramp goes on beyond its ends. Its weight is never below 0 or above 1.",
            {".clamp(0, 1)": ""},
        ),
        Misconception(
            "shrinks_for_short_texts",
            "Texts that are shorter than those of training are scaled, too. Nothing has to be mended there: s is "
            "at least 1.",
            {"max(1.0, L_test / L_train)": "L_test / L_train"},
        ),
        Misconception(
            "ramp_fixed",
            "The ramp runs from 1 to 32 whatever alpha and beta are.",
            {"(turns - alpha) / (beta - alpha)": "(turns - 1) / (32 - 1)"},
        ),
        Misconception(
            "half_turns",
            "The turns are counted twice: a full turn is 2 pi, not pi.",
            {
                "(2 * math.pi)": "math.pi",
            },
        ),
        Misconception(
            "logarithm_to_base_ten",
            "The logarithm in the factor is the natural one.",
            {
                "math.log(s)": "math.log10(s)",
            },
        ),
        Misconception(
            "ramp_from_zero",
            "The ramp begins at 0 turns. It begins at alpha.",
            {
                "(turns - alpha) / (beta - alpha)": "turns / beta",
            },
        ),
        Misconception(
            "whole_multiples_only",
            "The factor was rounded down to a whole number.",
            {
                "L_test / L_train": "L_test // L_train",
            },
        ),
    ],
    "LearnedPositions": [
        Misconception(
            "last_row_again",
            "Positions past the end get the last row. They have none: raise the error.",
            {
                "if offset < 0 or end > len(self.table):": "if offset < 0:",
                "self.table[offset:end]": "self.table[torch.arange(offset, end).clamp(max=len(self.table) - 1)]",
            },
        ),
        Misconception(
            "starts_again",
            "Positions past the end start again with the first row. They have none: raise the error.",
            {
                "if offset < 0 or end > len(self.table):": "if offset < 0:",
                "self.table[offset:end]": "self.table[torch.arange(offset, end) % len(self.table)]",
            },
        ),
        Misconception(
            "offset_forgotten",
            "The first rows are added whatever the offset is. In decoding the one new token is not at position 0.",
            {"self.table[offset:end]": "self.table[: x.shape[1]]"},
        ),
        Misconception(
            "counts_from_the_end",
            "A negative offset takes rows from the end of the table. There is no position before 0: raise the error.",
            {
                "if offset < 0 or end > len(self.table):": "if end > len(self.table):",
                "self.table[offset:end]": "self.table[torch.arange(offset, end)]",
            },
        ),
        Misconception(
            "longest_text_too_early",
            "A text that ends with the last row is refused. Its last position is L_max - 1, and has a row.",
            {"end > len(self.table):": "end >= len(self.table):"},
        ),
        Misconception(
            "table_not_trained",
            "The numbers are right, but no gradient reaches the table: it would never learn.",
            {"self.table[offset:end]": "self.table.detach()[offset:end]"},
        ),
        Misconception(
            "slice_trusted",
            "Nothing is checked. A slice that is too long is cut without a word, and a negative one counts "
            "from the end: raise the error.",
            {
                "if offset < 0 or end > len(self.table):": "if False:",
            },
        ),
        Misconception(
            "clamped_on_both_sides",
            "Positions before the first or past the last row get the nearest one. They have none: raise the "
            "error.",
            {
                "if offset < 0 or end > len(self.table):": "if False:",
                "self.table[offset:end]": "self.table[torch.arange(offset, end).clamp(0, len(self.table) - 1)]",
            },
        ),
        Misconception(
            "length_without_offset",
            "Only the length of the text is compared with the table. The offset counts, too: its last "
            "position is offset + T - 1.",
            {
                "end > len(self.table):": "x.shape[1] > len(self.table):",
            },
        ),
    ],
}
