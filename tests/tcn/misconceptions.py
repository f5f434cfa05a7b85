"""What students get wrong in tcn, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "causal_conv1d": [
        Misconception(
            "centred",
            "Half of the zeros are on the right: each output sees the future. All (k - 1) d zeros belong on the left.",
            {
                "padded = F.pad(x, ((k - 1) * dilation, 0))": (
                    "half = (k - 1) * dilation // 2\n    padded = F.pad(x, (half, (k - 1) * dilation - half))"
                )
            },
        ),
        Misconception(
            "wrong_end_cut",
            "Both sides were padded and the beginning was cut: the output is shifted to the left and sees the future. Cut the end.",
            {
                "padded = F.pad(x, ((k - 1) * dilation, 0))": "padded = F.pad(x, (0, (k - 1) * dilation))"
            },
        ),
        Misconception(
            "taps_reversed",
            "The taps are in the opposite order: the first one multiplies the present. In torch's layout the last one does.",
            {"w[:, :, j] @ padded": "w[:, :, k - 1 - j] @ padded"},
        ),
        Misconception(
            "padding_without_dilation",
            "k - 1 zeros are too few when the filter is spread: it spans (k - 1) d steps. What was missing in length was put elsewhere.",
            {
                "padded = F.pad(x, ((k - 1) * dilation, 0))": (
                    "padded = F.pad(x, (k - 1, (k - 1) * (dilation - 1)))"
                )
            },
        ),
        Misconception(
            "dilation_ignored",
            "The taps read neighbouring values, whatever the dilation. Tap by tap the series is shifted by d more steps.",
            {
                "F.pad(x, ((k - 1) * dilation, 0))": "F.pad(x, (k - 1, 0))",
                "j * dilation : j * dilation + T": "j : j + T",
            },
        ),
        Misconception(
            "dilation_off_by_one",
            "The distance of two taps is d + 1. Dilation 1 means neighbours, with no value between them.",
            {
                "    T, k = x.shape[-1], w.shape[-1]\n": "    dilation = dilation + 1\n    T, k = x.shape[-1], w.shape[-1]\n",
            },
        ),
        Misconception(
            "present_not_seen",
            "All outputs are one step late: the present is not seen. Causal means up to the present, included.",
            {
                "F.pad(x, ((k - 1) * dilation, 0))": "F.pad(x, ((k - 1) * dilation + 1, 0))",
            },
        ),
        Misconception(
            "edge_repeated",
            "What comes before the series was filled with its first value. It counts as 0.",
            {
                "padded = F.pad(x, ((k - 1) * dilation, 0))": (
                    'padded = F.pad(x, ((k - 1) * dilation, 0), mode="replicate")'
                )
            },
        ),
        Misconception(
            "bias_forgotten",
            "The bias was not added.",
            {"return y if b is None else y + b[:, None]": "return y"},
        ),
        Misconception(
            "channel_by_channel",
            "Each output channel reads one input channel only. A tap is a matrix: the sum runs over all input channels.",
            {
                "y = sum(w[:, :, j] @ padded": (
                    "only = torch.eye(w.shape[0], w.shape[1], dtype=w.dtype)\n    y = sum((only * w[:, :, j]) @ padded"
                )
            },
        ),
        Misconception(
            "bad_dilation_accepted",
            "A dilation below 1 went through. The docstring asks for a ValueError.",
            {"if dilation < 1:": "if dilation < -1000:"},
        ),
        Misconception(
            "one_gap_too_many",
            "k d zeros were put in front. k taps have k - 1 gaps between them.",
            {
                "padded = F.pad(x, ((k - 1) * dilation, 0))": "padded = F.pad(x, (k * dilation, 0))",
            },
        ),
        Misconception(
            "channels_added_first",
            "The input channels were added before they met the filter. Each channel has weights of its own.",
            {
                "y = sum(w[:, :, j] @ padded[:, :, j * dilation : j * dilation + T] for j in range(k))": "y = sum(w[:, :, j].sum(1)[:, None] * padded[:, :, j * dilation : j * dilation + T].sum(1, keepdim=True) for j in range(k))",
            },
        ),
        Misconception(
            "square_tap_turned",
            "With as many output as input channels the matrix of a tap was transposed. Its rows belong to the output, whatever its shape.",
            {
                "w[:, :, j] @": "(w[:, :, j].T if w.shape[0] == w.shape[1] else w[:, :, j]) @",
            },
        ),
        Misconception(
            "padded_in_a_circle",
            "What comes before the series is its end. It counts as 0.",
            {
                "padded = F.pad(x, ((k - 1) * dilation, 0))": "padded = torch.cat([x[:, :, torch.arange(-(k - 1) * dilation, 0) % T], x], dim=2)",
            },
        ),
        Misconception(
            "mirrored_at_the_edge",
            "The series was mirrored at its beginning. What comes before it counts as 0.",
            {
                "padded = F.pad(x, ((k - 1) * dilation, 0))": 'padded = F.pad(x, ((k - 1) * dilation, 0), mode="reflect")',
            },
        ),
        Misconception(
            "zero_accepted",
            "Dilation 0 went through. It is below 1.",
            {
                "dilation < 1": "dilation < 0",
            },
        ),
        Misconception(
            "negative_accepted",
            "Negative dilations went through. They are below 1.",
            {
                "dilation < 1": "dilation == 0",
            },
        ),
        Misconception(
            "one_tap_accepted",
            "With a single tap a bad dilation went through. It is refused whatever the filter.",
            {
                "if dilation < 1:": "if dilation < 1 and w.shape[-1] > 1:",
            },
        ),
        Misconception(
            "another_exception",
            "An exception was raised, but of another class: a ValueError is asked for.",
            {
                "raise ValueError(": "raise RuntimeError(",
            },
        ),
        Misconception(
            "an_assertion",
            "An assertion failed where a ValueError is asked for.",
            {
                "raise ValueError(": "raise AssertionError(",
            },
        ),
        Misconception(
            "bias_over_time",
            "The bias was laid along time. There is one for each output channel.",
            {
                "return y if b is None else y + b[:, None]": "return y if b is None else y + (b if len(b) == T else b[:, None])",
            },
        ),
        Misconception(
            "bias_for_each_tap",
            "The bias was added once for each tap.",
            {
                "return y if b is None else y + b[:, None]": "return y if b is None else y + k * b[:, None]",
            },
        ),
        Misconception(
            "bias_of_zeros_left_out",
            "A bias of zeros was left out. It changes no value, but no gradient reaches it, and a bias that starts at 0 is never trained.",
            {
                "return y if b is None else y + b[:, None]": "return y + b[:, None] if b is not None and b.any() else y",
            },
        ),
        Misconception(
            "computed_in_float32",
            "The sum was taken in float32, whatever the dtype.",
            {
                "padded = F.pad(x, ((k - 1) * dilation, 0))": "dtype, x, w = x.dtype, x.float(), w.float()\n    padded = F.pad(x, ((k - 1) * dilation, 0))",
                "return y if b is None else y + b[:, None]": "y = y.to(dtype)\n    return y if b is None else y + b[:, None]",
            },
        ),
        Misconception(
            "filters_detached",
            "Autograd finds no way back to the filters.",
            {
                "w[:, :, j] @": "w.detach()[:, :, j] @",
            },
        ),
        Misconception(
            "bias_detached",
            "Autograd finds no way back to the bias.",
            {
                "y + b[:, None]": "y + b.detach()[:, None]",
            },
        ),
        Misconception(
            "series_detached",
            "Autograd finds no way back to the series.",
            {
                "F.pad(x,": "F.pad(x.detach(),",
            },
        ),
        Misconception(
            "short_series_say_nothing",
            "A series that is shorter than the filter gave zeros. It is continued with zeros, and its values count.",
            {
                "padded = F.pad(x, ((k - 1) * dilation, 0))": (
                    "if (k - 1) * dilation >= T:\n"
                    "        return x.new_zeros(len(x), len(w), T)\n"
                    "    padded = F.pad(x, ((k - 1) * dilation, 0))"
                ),
            },
        ),
        Misconception(
            "short_series_fail",
            "A series that is shorter than the filter fails. What comes before its first value counts as 0.",
            {
                "padded = F.pad(x, ((k - 1) * dilation, 0))": "assert (k - 1) * dilation <= T\n    padded = F.pad(x, ((k - 1) * dilation, 0))",
            },
        ),
        Misconception(
            "one_zero_too_few_for_even",
            "With an even number of taps one gap is missing.",
            {
                "padded = F.pad(x, ((k - 1) * dilation, 0))": "padded = F.pad(x, (k // 2 * 2 * dilation, 0))",
            },
        ),
        Misconception(
            "earlier_calls_remembered",
            "The end of an earlier series stands before this one. Each call stands for itself.",
            {
                "padded = F.pad(x, ((k - 1) * dilation, 0))": (
                    'past = causal_conv1d.__dict__.get(f"{tuple(x.shape)} {k} {dilation}", x.new_zeros(*x.shape[:2], (k - 1) * dilation))\n'
                    "    padded = torch.cat([past.to(x.dtype), x], dim=2)\n"
                    '    causal_conv1d.__dict__[f"{tuple(x.shape)} {k} {dilation}"] = padded[:, :, T:].detach()'
                ),
            },
        ),
    ],
    "receptive_field": [
        Misconception(
            "convolutions_per_block_forgotten",
            "A block has several convolutions, and each of them widens the field. Multiply by their number.",
            {"return 1 + convs_per_block * (kernel_size - 1)": "return 1 + (kernel_size - 1)"},
        ),
        Misconception(
            "taps_in_place_of_gaps",
            "Each convolution was taken to add k d. A filter of k taps spans k - 1 gaps, so that it adds (k - 1) d.",
            {
                "convs_per_block * (kernel_size - 1) * sum(dilations)": "convs_per_block * kernel_size * sum(dilations)"
            },
        ),
        Misconception(
            "present_not_counted",
            "The present is missing: the field is the number of steps back plus 1.",
            {"return 1 + convs_per_block": "return convs_per_block"},
        ),
        Misconception(
            "multiplied_over_levels",
            "The steps of the levels were multiplied. They add up: going back by two filters is a sum of two steps.",
            {
                "return 1 + convs_per_block * (kernel_size - 1) * sum(dilations)": (
                    "import math\n    return 1 + convs_per_block * (kernel_size - 1) * math.prod(dilations)"
                )
            },
        ),
        Misconception(
            "last_dilation_only",
            "Only the widest level was counted. All levels add to the field.",
            {"* sum(dilations)\n": "* max(dilations, default=0)\n"},
        ),
        Misconception(
            "dilations_assumed",
            "The dilations were taken to be 1, 2, 4, …, as many as there are. They are given, and may be any.",
            {"* sum(dilations)\n": "* (2 ** len(dilations) - 1)\n"},
        ),
        Misconception(
            "taps_in_place_of_gaps_everywhere",
            "A filter of k taps spans k - 1 gaps: each convolution adds (k - 1) d to the field, and the formula for the levels has k - 1 as well.",
            {
                "convs_per_block * (kernel_size - 1) * sum(dilations)": "convs_per_block * kernel_size * sum(dilations)",
                "(convs_per_block * (kernel_size - 1))": "(convs_per_block * kernel_size)",
            },
        ),
        Misconception(
            "one_convolution_everywhere",
            "The number of convolutions per level was left out of both: each of them widens the field.",
            {
                "return 1 + convs_per_block * (kernel_size - 1)": "return 1 + (kernel_size - 1)",
                "(convs_per_block * (kernel_size - 1))": "(kernel_size - 1)",
            },
        ),
        Misconception(
            "levels_rounded_down",
            "The number of levels is too small where the field is not met exactly: the logarithm was rounded down. Round up.",
            {
                "-(-(field - 1) // (convs_per_block * (kernel_size - 1)))": "(field - 1) // (convs_per_block * (kernel_size - 1)) + 1",
                "return steps.bit_length()": "return steps.bit_length() - 1",
            },
        ),
        Misconception(
            "more_than_asked",
            "A field that is met exactly is enough: at least, not more than.",
            {
                "-(-(field - 1) // (convs_per_block * (kernel_size - 1)))": "(field - 1) // (convs_per_block * (kernel_size - 1)) + 1",
            },
        ),
        Misconception(
            "levels_of_single_convolutions",
            "The levels were counted with one convolution per level. The second one of each block widens the field, too, so that fewer levels do.",
            {"(convs_per_block * (kernel_size - 1))": "(kernel_size - 1)"},
        ),
        Misconception(
            "logarithm_of_floats",
            "For large fields a logarithm in floating point is off. Count with whole numbers.",
            {
                "    steps = -(-(field - 1) // (convs_per_block * (kernel_size - 1)))": "    steps = (field - 1) / (convs_per_block * (kernel_size - 1)) + 1",
                "return steps.bit_length()": "return math.ceil(math.log2(steps))",
            },
        ),
        Misconception(
            "at_least_one_level",
            "A network that sees the present alone needs no level.",
            {"        return 0\n": "        return 1\n"},
        ),
        Misconception(
            "impossible_fields_accepted",
            "What no number of levels can reach must raise a ValueError: fields below 1, and filters of a single tap.",
            {
                "    if field < 1 or kernel_size < 2:\n": "    if field < 1 or kernel_size < 2:\n        return 0\n    if field < 0:\n"
            },
        ),
        Misconception(
            "last_level_only",
            "Only the last level was counted. All levels add to the field.",
            {
                "* sum(dilations)\n": "* (dilations[-1] if dilations else 0)\n",
            },
        ),
        Misconception(
            "float_returned",
            "The field is a float. A Python int is asked for; it has no largest value.",
            {
                "return 1 + convs_per_block * (kernel_size - 1) * sum(dilations)": "return 1.0 + convs_per_block * (kernel_size - 1) * sum(dilations)",
            },
        ),
        Misconception(
            "numpys_int_returned",
            "This is numpy's integer, or went through it. A Python int has no largest value.",
            {
                "sum(dilations)\n": "np.sum(dilations)\n",
            },
        ),
        Misconception(
            "fields_multiplied",
            "The fields of the levels were multiplied. The steps back add up.",
            {
                "return 1 + convs_per_block * (kernel_size - 1) * sum(dilations)": "return math.prod(1 + (kernel_size - 1) * d for d in dilations) ** convs_per_block",
            },
        ),
        Misconception(
            "second_convolution_not_dilated",
            "The second convolution of a level was counted with dilation 1. All convolutions of a level have its dilation.",
            {
                "return 1 + convs_per_block * (kernel_size - 1) * sum(dilations)": "return 1 + (kernel_size - 1) * (sum(dilations) + (convs_per_block - 1) * len(dilations))",
            },
        ),
        Misconception(
            "holes_not_counted",
            "The inputs that some path reaches were counted. Those that all filters skip, between the earliest and the present, count as well.",
            {
                "return 1 + convs_per_block * (kernel_size - 1) * sum(dilations)": (
                    "reached = {0}\n"
                    "    for d in dilations:\n"
                    "        for _ in range(convs_per_block):\n"
                    "            reached = {a + j * d for a in reached for j in range(kernel_size)}\n"
                    "    return len(reached)"
                ),
            },
        ),
        Misconception(
            "equal_dilations_once",
            "Dilations that occur twice were counted once. Each level counts.",
            {
                "* sum(dilations)\n": "* sum(set(dilations))\n",
            },
        ),
        Misconception(
            "logarithm_rounded_to_nearest",
            "The logarithm was rounded to the nearest number. Round up: a field that is a bit too small is too small.",
            {
                "steps = -(-(field - 1) // (convs_per_block * (kernel_size - 1)))  # rounded up, without floats": "steps = (field - 1) / (convs_per_block * (kernel_size - 1)) + 1",
                "return steps.bit_length()  # the smallest L for which 2**L - 1 is at least so much": "return round(math.log2(steps))",
            },
        ),
        Misconception(
            "logarithm_plus_one",
            "The logarithm was rounded down and 1 added. That is one too many where the field is met exactly.",
            {
                "steps = -(-(field - 1) // (convs_per_block * (kernel_size - 1)))  # rounded up, without floats": "steps = (field - 1) / (convs_per_block * (kernel_size - 1)) + 1",
                "return steps.bit_length()  # the smallest L for which 2**L - 1 is at least so much": "return int(math.log2(steps)) + 1",
            },
        ),
        Misconception(
            "quotient_rounded_down",
            "The quotient was rounded down. What is left over needs room as well.",
            {
                "steps = -(-(field - 1) // (convs_per_block * (kernel_size - 1)))  # rounded up, without floats": "steps = (field - 1) // (convs_per_block * (kernel_size - 1))",
            },
        ),
        Misconception(
            "one_level_too_few",
            "One level is missing at the edge: a field of 2 to the power of L needs one level more than L.",
            {
                "return steps.bit_length()  # the smallest L for which 2**L - 1 is at least so much": "return (steps - 1).bit_length()",
            },
        ),
        Misconception(
            "levels_with_k",
            "The levels were counted with k steps per convolution. k taps span k - 1 gaps.",
            {
                "(convs_per_block * (kernel_size - 1))": "(convs_per_block * kernel_size)",
            },
        ),
        Misconception(
            "fields_below_one_accepted",
            "Fields below 1 went through. The docstring asks for a ValueError.",
            {
                "if field < 1 or kernel_size < 2:": (
                    "if field < 1:\n        return 0\n    if kernel_size < 2:"
                ),
            },
        ),
        Misconception(
            "single_taps_accepted",
            "A filter of a single tap never sees more than the present. The docstring asks for a ValueError.",
            {
                "if field < 1 or kernel_size < 2:": (
                    "if kernel_size < 2 and field > 1:\n        return 0\n    if field < 1:"
                ),
            },
        ),
        Misconception(
            "single_taps_always_refused",
            "A single tap is enough where the present is all that is asked.",
            {
                (
                    "    if field == 1:\n        return 0\n    if field < 1 or kernel_size < 2:"
                ): "    if field < 1 or kernel_size < 2:",
                "    steps =": ("    if field == 1:\n        return 0\n    steps ="),
            },
        ),
        Misconception(
            "zero_accepted",
            "A field of 0 went through. The present counts: a field is at least 1.",
            {
                "    if field == 1:\n": "    if field in (0, 1):\n",
            },
        ),
        Misconception(
            "another_exception",
            "An exception was raised, but of another class: a ValueError is asked for.",
            {
                "raise ValueError(": "raise RuntimeError(",
            },
        ),
        Misconception(
            "a_hundred_levels_at_most",
            "The search ends after a hundred levels. A Python int has no largest value, and a field may need more.",
            {
                "return steps.bit_length()  # the smallest L for which 2**L - 1 is at least so much": "return steps.bit_length() if steps.bit_length() < 100 else None",
            },
        ),
        Misconception(
            "float_division",
            "The quotient went through a float, which is not exact for large fields.",
            {
                "steps = -(-(field - 1) // (convs_per_block * (kernel_size - 1)))  # rounded up, without floats": "steps = math.ceil((field - 1) / (convs_per_block * (kernel_size - 1)))",
            },
        ),
        Misconception(
            "levels_as_a_float",
            "The number of levels is a float. An int is asked for.",
            {
                "return steps.bit_length()  # the smallest L for which 2**L - 1 is at least so much": "return float(steps.bit_length())",
            },
        ),
    ],
    "empirical_receptive_field": [
        Misconception(
            "counts_what_is_not_zero",
            "The inputs that reach the output were counted. With dilation there are holes: the field is the span from the earliest one to the present.",
            {
                "return int(x.shape[-1] - reached[0]) if len(reached) else 0": "return len(reached)",
            },
        ),
        Misconception(
            "output_channels_added",
            "The output channels were added before the derivative was taken, and cancel. Take one derivative per channel.",
            {"outputs = model(x)[:, :, t].sum(0)": "outputs = model(x)[:, :, t].sum((0, 1))[None]"},
        ),
        Misconception(
            "derivatives_added",
            "The derivatives were added over examples or channels, and those of opposite sign cancel. Ask whether any is not zero.",
            {"(derivative != 0).any(1).any(0)": "derivative.sum((0, 1)) != 0"},
        ),
        Misconception(
            "positive_only",
            "Only positive derivatives were counted. A negative one reaches as well.",
            {"(derivative != 0)": "(derivative > 0)"},
        ),
        Misconception(
            "threshold",
            "Small derivatives were taken for zero. In a deep network they may be tiny: compare with exactly 0.",
            {"(derivative != 0)": "(derivative.abs() > 1e-8)"},
        ),
        Misconception(
            "first_example_only",
            "Only the first example was looked at. Where its ReLUs are shut another example may pass.",
            {"(derivative != 0).any(1).any(0)": "(derivative != 0)[0].any(0)"},
        ),
        Misconception(
            "every_example",
            "An input was counted only if it reaches the output in every example. One is enough.",
            {"(derivative != 0).any(1).any(0)": "(derivative != 0).any(1).all(0)"},
        ),
        Misconception(
            "first_input_channel",
            "Only the first input channel was looked at. An input reaches the output if any of its channels does.",
            {"(derivative != 0).any(1).any(0)": "(derivative != 0)[:, 0].any(0)"},
        ),
        Misconception(
            "first_output_channel",
            "Only the first output channel was looked at. Another one may see further.",
            {"outputs = model(x)[:, :, t].sum(0)": "outputs = model(x)[:, :1, t].sum(0)"},
        ),
        Misconception(
            "first_output",
            "The field was measured at the first output, which sees the present and zeros. The last one has all of the past before it.",
            {
                "reached = footprint(model, x, x.shape[-1] - 1)": "reached = footprint(model, x, 0)",
            },
        ),
        Misconception(
            "distance_without_the_present",
            "The distance in steps was returned. Both ends count: one more.",
            {"return int(x.shape[-1] - reached[0])": "return int(x.shape[-1] - 1 - reached[0])"},
        ),
        Misconception(
            "gradients_left_in_the_model",
            "backward() adds to the gradients of all parameters, and the next training step uses them. torch.autograd.grad leaves them alone.",
            {
                "(derivative,) = torch.autograd.grad(output, x, retain_graph=True)": (
                    "x.grad = None\n        output.backward(retain_graph=True)\n        derivative = x.grad"
                )
            },
        ),
        Misconception(
            "the_future_left_out",
            "Inputs after the output were not looked at. A footprint is there to show whether they reach it.",
            {
                "    return reached\n": "    reached[t + 1 :] = False\n    return reached\n",
            },
        ),
        Misconception(
            "last_output_channel",
            "Only the last output channel was looked at. Another one may see further.",
            {
                "outputs = model(x)[:, :, t].sum(0)  # examples are independent: nothing cancels": "outputs = model(x)[:, -1:, t].sum(0)",
            },
        ),
        Misconception(
            "all_input_channels",
            "An input was counted only if all of its channels reach the output. One is enough.",
            {
                "(derivative != 0).any(1).any(0)": "(derivative != 0).all(1).any(0)",
            },
        ),
        Misconception(
            "middle_output",
            "The field was measured at an output in the middle. The last one has all of the past before it.",
            {
                "reached = footprint(model, x, x.shape[-1] - 1)": "reached = footprint(model, x, x.shape[-1] // 2)",
            },
        ),
        Misconception(
            "everything_where_nothing",
            "Where no input reaches the last output the field is 0, not the whole series.",
            {
                "else 0": "else x.shape[-1]",
            },
        ),
        Misconception(
            "one_where_nothing",
            "Where no input reaches the last output the field is 0, not even the present is seen.",
            {
                "else 0": "else 1",
            },
        ),
        Misconception(
            "argument_wants_gradients",
            "The argument wants gradients afterwards. Take derivatives with respect to another tensor.",
            {
                "x = x.detach().requires_grad_()  # another tensor on the same numbers": "x.requires_grad_()",
            },
        ),
        Misconception(
            "at_ones",
            "The derivatives were taken at a series of ones. They are asked for at x: where a ReLU is shut depends on it.",
            {
                "x = x.detach().requires_grad_()  # another tensor on the same numbers": "x = torch.ones_like(x).requires_grad_()",
            },
        ),
        Misconception(
            "always_in_float64",
            "The model got float64, whatever the dtype of x.",
            {
                "x = x.detach().requires_grad_()  # another tensor on the same numbers": "x = x.detach().double().requires_grad_()",
            },
        ),
        Misconception(
            "a_step_in_place_of_a_derivative",
            "Inputs were changed and outputs compared. A derivative can be 0 where a step is not, and a tiny one is lost in rounding.",
            {
                "outputs = model(x)[:, :, t].sum(0)  # examples are independent: nothing cancels": "outputs = model(x)[:, :, t].sum(0)  # examples are independent: nothing cancels",
                "    for output in outputs:": (
                    "    with torch.no_grad():\n"
                    "        before = model(x)[:, :, t]\n"
                    "        for s in range(x.shape[-1]):\n"
                    "            z = x.clone()\n"
                    "            z[:, :, s] += 1\n"
                    "            reached[s] = bool((model(z)[:, :, t] != before).any())\n"
                    "    for output in outputs[:0]:"
                ),
            },
        ),
        Misconception(
            "squared_output",
            "The derivative of the square was taken: it is 0 where the output is 0. Take that of the output itself.",
            {
                "outputs = model(x)[:, :, t].sum(0)  # examples are independent: nothing cancels": "outputs = model(x)[:, :, t].square().sum(0)",
            },
        ),
        Misconception(
            "absolute_output",
            "The derivative of the absolute value was taken: it is 0 where the output is 0. Take that of the output itself.",
            {
                "outputs = model(x)[:, :, t].sum(0)  # examples are independent: nothing cancels": "outputs = model(x)[:, :, t].abs().sum(0)",
            },
        ),
        Misconception(
            "squared_derivative",
            "Tiny derivatives were lost: squared, or made float32, they become 0. Compare them as they are.",
            {
                "(derivative != 0).any(1).any(0)": "derivative.square().sum((0, 1)) > 0",
            },
        ),
        Misconception(
            "span_of_what_reaches",
            "The span of the inputs that reach the output was returned. It goes up to the present, whether the present reaches or not.",
            {
                "return int(x.shape[-1] - reached[0]) if len(reached) else 0": "return int(reached[-1] - reached[0]) + 1 if len(reached) else 0",
            },
        ),
        Misconception(
            "a_tensor_returned",
            "The field is a tensor. A Python int is asked for.",
            {
                "return int(x.shape[-1] - reached[0]) if len(reached) else 0": "return x.shape[-1] - reached[0, 0] if len(reached) else 0",
            },
        ),
        Misconception(
            "put_into_evaluation",
            "The model was put into evaluation mode. It is measured in whichever mode it is, and stays in it.",
            {
                "outputs = model(x)[:, :, t].sum(0)  # examples are independent: nothing cancels": 'getattr(model, "eval", int)()\n    outputs = model(x)[:, :, t].sum(0)  # examples are independent: nothing cancels',
            },
        ),
        Misconception(
            "put_into_training",
            "The model was put into training mode. It is measured in whichever mode it is, and stays in it.",
            {
                "outputs = model(x)[:, :, t].sum(0)  # examples are independent: nothing cancels": 'getattr(model, "train", int)()\n    outputs = model(x)[:, :, t].sum(0)  # examples are independent: nothing cancels',
            },
        ),
    ],
    "path_count": [
        Misconception(
            "no_holes",
            "Rows of ones without holes were convolved: a filter with dilation d steps back by multiples of d.",
            {"steps[::dilation] = 1": "steps[:] = 1"},
        ),
        Misconception(
            "one_filter_per_level",
            "Each level was counted once. All of its filters take a step.",
            {
                "for _ in range(convs_per_block):": "for _ in range(1):",
                "math.sqrt(convs_per_block * ": "math.sqrt(",
            },
        ),
        Misconception(
            "filter_of_k_dilations",
            "A filter with k taps spans (k - 1) d + 1 offsets, not k d: the vector of ways is too long.",
            {
                "np.zeros((kernel_size - 1) * dilation + 1, dtype=np.int64)": "np.zeros(kernel_size * dilation, dtype=np.int64)"
            },
        ),
        Misconception(
            "variance_without_minus_one",
            "The variance of a number drawn evenly from k whole numbers is (k² - 1)/12, not k²/12: for k = 1 it is 0.",
            {"(kernel_size**2 - 1) / 12": "kernel_size**2 / 12"},
        ),
        Misconception(
            "reachable_or_not",
            "Every offset that can be reached got a 1. How many ways lead there is what is asked.",
            {"ways = np.convolve(ways, steps)": "ways = np.minimum(np.convolve(ways, steps), 1)"},
        ),
        Misconception(
            "shares",
            "Shares were returned. The counts are asked for, whole numbers.",
            {"    return ways\n": "    return ways / ways.sum()\n"},
        ),
        Misconception(
            "counted_in_floats",
            "The counts went through floating point, which is not exact above 2 to the power of 53.",
            {
                "np.convolve(ways, steps)": "np.convolve(ways.astype(float), steps).astype(np.int64)",
            },
        ),
        Misconception(
            "variance_returned",
            "The variance was returned. The deviation is its square root.",
            {
                "return math.sqrt(convs_per_block * (kernel_size**2 - 1) / 12 * sum(d**2 for d in dilations))": "return float(convs_per_block * (kernel_size**2 - 1) / 12 * sum(d**2 for d in dilations))"
            },
        ),
        Misconception(
            "dilations_not_squared",
            "A step that is d times as long has d squared times the variance.",
            {"sum(d**2 for d in dilations)": "sum(dilations)"},
        ),
        Misconception(
            "squared_after_adding",
            "The dilations were added and then squared. Variances of independent steps add: squares first.",
            {"sum(d**2 for d in dilations)": "sum(dilations) ** 2"},
        ),
        Misconception(
            "continuous_step",
            "The variance of a number drawn from an interval is its squared length over 12. Steps are whole numbers from 0 to k - 1: (k² - 1)/12.",
            {"(kernel_size**2 - 1) / 12": "(kernel_size - 1) ** 2 / 12"},
        ),
        Misconception(
            "dilation_without_effect",
            "Rows of k ones side by side were convolved: the dilation has no effect.",
            {
                "steps = np.zeros((kernel_size - 1) * dilation + 1, dtype=np.int64)\n        steps[::dilation] = 1": "steps = np.ones(kernel_size, dtype=np.int64)",
            },
        ),
        Misconception(
            "one_filter_in_the_count",
            "Each level was counted once. All of its filters take a step.",
            {
                "for _ in range(convs_per_block):": "for _ in range(1):",
            },
        ),
        Misconception(
            "floats_returned",
            "The counts are floats. Exact whole numbers are asked for.",
            {
                "    return ways\n": "    return ways.astype(float)\n",
            },
        ),
        Misconception(
            "rounded_through_floats",
            "The counts went through floating point and were rounded, which is not exact above 2 to the power of 53.",
            {
                "    return ways\n": "    return np.round(ways.astype(float)).astype(np.int64)\n",
            },
        ),
        Misconception(
            "in_32_bits",
            "The counts were cut to 32 bits. int64 is asked for.",
            {
                "    return ways\n": "    return ways.astype(np.int32)\n",
            },
        ),
        Misconception(
            "same_length_kept",
            "The convolution was cut to the length of the longer row. All R offsets are asked for.",
            {
                "ways = np.convolve(ways, steps)": 'ways = np.convolve(ways, steps, "same")',
            },
        ),
        Misconception(
            "by_fourier",
            "The convolution went through a Fourier transform in floating point, which is not exact for large counts.",
            {
                "ways = np.convolve(ways, steps)": "n = len(ways) + len(steps) - 1\n            ways = np.round(np.fft.irfft(np.fft.rfft(ways, n) * np.fft.rfft(steps, n), n)).astype(np.int64)",
            },
        ),
        Misconception(
            "added_up",
            "The counts were added up along the offsets. At each offset its own number is asked for.",
            {
                "    return ways\n": "    return ways[::-1].cumsum()[::-1]\n",
            },
        ),
        Misconception(
            "a_list_returned",
            "This is a list. An array of int64 is asked for.",
            {
                "    return ways\n": "    return ways.tolist()\n",
            },
        ),
        Misconception(
            "filters_outside_of_the_root",
            "The number of filters stands outside of the root. Variances add, deviations do not.",
            {
                "math.sqrt(convs_per_block * ": "convs_per_block * math.sqrt(",
            },
        ),
        Misconception(
            "filters_left_out_of_the_width",
            "The filters of a level were left out of the deviation. Each adds its variance.",
            {
                "math.sqrt(convs_per_block * ": "math.sqrt(",
            },
        ),
        Misconception(
            "squares_overflow",
            "The squares of the dilations overflow in numpy's integers. Python's have no largest value.",
            {
                "sum(d**2 for d in dilations)": "int((np.array(dilations, dtype=np.int64) ** 2).sum())",
            },
        ),
        Misconception(
            "sample_deviation",
            "The divisor of a sample was used. The paths are all there are.",
            {
                "/ 12 *": "/ 12 * len(dilations) / max(len(dilations) - 1, 1) *",
            },
        ),
        Misconception(
            "equal_dilations_once",
            "Dilations that occur twice were counted once. Each level counts.",
            {
                "for dilation in dilations:": "for dilation in sorted(set(dilations)):",
            },
        ),
        Misconception(
            "some_level_needed",
            "Without a level this fails. There is one way then, to the present.",
            {
                "    ways = np.ones(1, dtype=np.int64)\n": (
                    "    assert dilations\n    ways = np.ones(1, dtype=np.int64)\n"
                ),
            },
        ),
        Misconception(
            "the_far_end_first",
            "The counts of one level were written down the wrong way round: the dilations are used from the last filter that was added.",
            {
                "(kernel_size - 1) * dilation + 1, dtype=np.int64)\n        steps[::dilation] = 1": "(kernel_size - 1) * dilation + 1, dtype=np.int64)\n        steps[1::dilation] = 1",
            },
        ),
    ],
    "weight_norm": [
        Misconception(
            "one_norm_for_all",
            "One norm was taken over the whole tensor. Each filter, that is each output channel, has its own.",
            {
                "return v * (g / v.flatten(1).norm(dim=1))[:, None, None]": "return v * (g / v.norm())[:, None, None]",
                "    norm = v.flatten(1).norm(dim=1)\n": "    norm = v.norm()\n",
                "return w.clone(), w.flatten(1).norm(dim=1)": "return w.clone(), w.norm().expand(len(w)).clone()",
            },
        ),
        Misconception(
            "norm_per_tap",
            "A norm was taken for each tap. The norm of a filter is over input channels and taps together.",
            {
                "return v * (g / v.flatten(1).norm(dim=1))[:, None, None]": "return v * (g[:, None] / v.norm(dim=1))[:, None, :]"
            },
        ),
        Misconception(
            "norm_per_input_channel",
            "A norm was taken for each pair of channels. The norm of a filter is over input channels and taps together.",
            {
                "return v * (g / v.flatten(1).norm(dim=1))[:, None, None]": "return v * (g[:, None] / v.norm(dim=2))[:, :, None]"
            },
        ),
        Misconception(
            "squared_norm",
            "The directions were divided by the square of their norm.",
            {
                "return v * (g / v.flatten(1).norm(dim=1))[:, None, None]": "return v * (g / v.flatten(1).square().sum(1))[:, None, None]"
            },
        ),
        Misconception(
            "not_divided_by_the_norm",
            "The lengths multiply v itself. v has to have length 1 first.",
            {
                "return v * (g / v.flatten(1).norm(dim=1))[:, None, None]": "return v * g[:, None, None]"
            },
        ),
        Misconception(
            "epsilon_under_the_norm",
            "A small number was added to the norm. Then the length of a filter is not g, the less so the smaller v.",
            {
                "return v * (g / v.flatten(1).norm(dim=1))[:, None, None]": "return v * (g / (v.flatten(1).norm(dim=1) + 1e-5))[:, None, None]"
            },
        ),
        Misconception(
            "norm_taken_for_a_constant",
            "The norm of v depends on v. Its derivative takes away the part of the gradient along v.",
            {"* (dw - v * (dg / norm)[:, None, None])": "* dw"},
        ),
        Misconception(
            "projection_without_norm",
            "What is taken away is along the unit vector, v divided by its norm.",
            {"(dw - v * (dg / norm)[:, None, None])": "(dw - v * dg[:, None, None])"},
        ),
        Misconception(
            "length_not_divided",
            "The derivative with respect to g is the inner product with the unit vector, not with v.",
            {
                "dg = (dw * v).flatten(1).sum(1) / norm": "dg = (dw * v).flatten(1).sum(1)",
                "(dw - v * (dg / norm)[:, None, None])": "(dw - v * (dg / norm**2)[:, None, None])",
            },
        ),
        Misconception(
            "length_left_out_of_the_way_back",
            "The derivative with respect to v is multiplied by g over the norm of v.",
            {"(g / norm)[:, None, None] * (dw": "(1 / norm)[:, None, None] * (dw"},
        ),
        Misconception(
            "directions_share_memory",
            "v is w itself: writing into one changes the other. Return a new tensor.",
            {"return w.clone(), ": "return w, "},
        ),
        Misconception(
            "directions_of_length_one",
            "v was scaled to length 1. It is to equal w; only g holds the norms.",
            {
                "return w.clone(), w.flatten(1).norm(dim=1)": "return w / w.flatten(1).norm(dim=1)[:, None, None], w.flatten(1).norm(dim=1)"
            },
        ),
        Misconception(
            "norm_per_input",
            "One norm was taken for each input channel over all outputs. There is one for each output channel.",
            {
                "return v * (g / v.flatten(1).norm(dim=1))[:, None, None]": "return v * g[:, None, None] / v.norm(dim=(0, 2), keepdim=True)",
            },
        ),
        Misconception(
            "small_number_added",
            "A small number was added to the norm. Directions may be tiny, and then it is not small.",
            {
                "return v * (g / v.flatten(1).norm(dim=1))[:, None, None]": "return v * (g / (v.flatten(1).norm(dim=1) + 1e-8))[:, None, None]",
            },
        ),
        Misconception(
            "norm_bounded_from_below",
            "The norm was bounded from below, as F.normalize does. Directions may be tiny.",
            {
                "return v * (g / v.flatten(1).norm(dim=1))[:, None, None]": "return g[:, None, None] * F.normalize(v.flatten(1), dim=1).view_as(v)",
            },
        ),
        Misconception(
            "sum_of_sizes",
            "The filters were divided by the sum of their absolute values. The norm is the root of the sum of squares.",
            {
                "return v * (g / v.flatten(1).norm(dim=1))[:, None, None]": "return v * (g / v.abs().sum((1, 2)))[:, None, None]",
            },
        ),
        Misconception(
            "largest_size",
            "The filters were divided by their largest absolute value. The norm is the root of the sum of squares.",
            {
                "return v * (g / v.flatten(1).norm(dim=1))[:, None, None]": "return v * (g / v.abs().amax((1, 2)))[:, None, None]",
            },
        ),
        Misconception(
            "mean_of_squares",
            "The mean of squares was taken for their sum: the filters are too long.",
            {
                "return v * (g / v.flatten(1).norm(dim=1))[:, None, None]": "return v * (g / v.square().mean((1, 2)).sqrt())[:, None, None]",
            },
        ),
        Misconception(
            "sign_of_g_lost",
            "The sign of g was lost. A negative length turns the filter round.",
            {
                "* (g / v": "* (g.abs() / v",
            },
        ),
        Misconception(
            "exponential_of_g",
            "The exponential of g was taken for the length. It is g itself.",
            {
                "* (g / v": "* (g.exp() / v",
            },
        ),
        Misconception(
            "length_one",
            "All filters have the length 1: g was left out.",
            {
                "* (g / v": "* (torch.ones_like(g) / v",
            },
        ),
        Misconception(
            "norm_detached",
            "Autograd takes the norm for a constant. It depends on v, and the part along v of the gradient is there to vanish.",
            {
                "return v * (g / v.flatten(1).norm(dim=1))[:, None, None]": "return v * (g / v.flatten(1).norm(dim=1).detach())[:, None, None]",
            },
        ),
        Misconception(
            "length_detached",
            "Autograd finds no way back to the lengths.",
            {
                "* (g / v": "* (g.detach() / v",
            },
        ),
        Misconception(
            "scale_left_out",
            "The derivative of v was not scaled: it is too large or too small by g over the norm.",
            {
                "dv = (g / norm)[:, None, None] * (dw - v * (dg / norm)[:, None, None])": "dv = dw - v * (dg / norm)[:, None, None]",
            },
        ),
        Misconception(
            "norm_left_out_of_the_way_back",
            "The derivative of v is not divided by the norm. The longer v is, the less it turns.",
            {
                "dv = (g / norm)[:, None, None] * (dw - v * (dg / norm)[:, None, None])": "dv = g[:, None, None] * (dw - v * (dg / norm)[:, None, None])",
            },
        ),
        Misconception(
            "sign_lost_on_the_way_back",
            "The sign of g was lost in the derivative of v.",
            {
                "dv = (g / norm)[:, None, None] * (dw - v * (dg / norm)[:, None, None])": "dv = (g.abs() / norm)[:, None, None] * (dw - v * (dg / norm)[:, None, None])",
            },
        ),
        Misconception(
            "part_along_v_added",
            "The part along v was added. It is taken away, so that what is left is perpendicular to v.",
            {
                "(dw - v *": "(dw + v *",
            },
        ),
        Misconception(
            "one_derivative_for_all_lengths",
            "The inner products of all channels were added. Each length has its own.",
            {
                "dg = (dw * v).flatten(1).sum(1) / norm": "dg = ((dw * v).flatten(1).sum(1) / norm).sum().expand(len(v))",
            },
        ),
        Misconception(
            "mean_in_place_of_product",
            "The products were averaged. An inner product is their sum.",
            {
                "dg = (dw * v).flatten(1).sum(1) / norm": "dg = (dw * v).flatten(1).mean(1) / norm",
            },
        ),
        Misconception(
            "sign_in_the_derivative_of_g",
            "The derivative of g was given the sign of g. It is the inner product with the unit vector of v.",
            {
                "    return dv, dg\n": "    return dv, dg * g.sign()\n",
            },
        ),
        Misconception(
            "derivatives_exchanged",
            "The derivative of g was returned before that of v.",
            {
                "return dv, dg": "return dg, dv",
            },
        ),
        Misconception(
            "lengths_with_axes",
            "The derivative of g has axes too many. g has the shape (Co,).",
            {
                "return dv, dg": "return dv, dg[:, None, None]",
            },
        ),
        Misconception(
            "divided_by_the_length",
            "The filter was divided by its length g to get the direction: for a length of 0 that is nan.",
            {
                "dg = (dw * v).flatten(1).sum(1) / norm": "dg = (dw * weight_norm(v, g)).flatten(1).sum(1) / g",
            },
        ),
        Misconception(
            "lengths_of_one",
            "All lengths are 1, so that the filters cannot be made from what is returned. g is the norm of the filter.",
            {
                "return w.clone(), w.flatten(1).norm(dim=1)": "return w.clone(), torch.ones(len(w), dtype=w.dtype)",
            },
        ),
        Misconception(
            "norms_with_axes",
            "g has axes too many. Its shape is (Co,).",
            {
                "return w.clone(), w.flatten(1).norm(dim=1)": "return w.clone(), w.flatten(1).norm(dim=1)[:, None, None]",
            },
        ),
        Misconception(
            "one_norm_for_all_filters",
            "One norm was taken over all filters. There is one for each output channel.",
            {
                "return w.clone(), w.flatten(1).norm(dim=1)": "return w.clone(), w.norm().expand(len(w))",
            },
        ),
        Misconception(
            "parts_exchanged",
            "The lengths were returned before the directions.",
            {
                "return w.clone(), w.flatten(1).norm(dim=1)": "return w.flatten(1).norm(dim=1), w.clone()",
            },
        ),
    ],
    "TCNBlock": [
        Misconception(
            "no_last_relu",
            "The ReLU after the sum is missing: the block returns negative numbers.",
            {
                "return (h + (x if self.skip is None else self.skip(x))).relu()": "return h + (x if self.skip is None else self.skip(x))"
            },
        ),
        Misconception(
            "relu_before_the_sum_only",
            "The second convolution goes into the sum without a ReLU of its own.",
            {"h = self.drop(self.conv2(h).relu())": "h = self.drop(self.conv2(h))"},
        ),
        Misconception(
            "no_relu_between",
            "There is no ReLU between the convolutions: two linear maps in a row are one.",
            {"h = self.drop(self.conv1(x).relu())": "h = self.drop(self.conv1(x))"},
        ),
        Misconception(
            "second_convolution_not_dilated",
            "The second convolution has dilation 1. Both have that of the level; the field is hardly more than half as long.",
            {"CausalConv(co, co, kernel_size, dilation)": "CausalConv(co, co, kernel_size, 1)"},
        ),
        Misconception(
            "second_dilation_doubled",
            "The second convolution has twice the dilation. Both have that of the level.",
            {
                "CausalConv(co, co, kernel_size, dilation)": "CausalConv(co, co, kernel_size, 2 * dilation)"
            },
        ),
        Misconception(
            "skip_always_a_convolution",
            "Where the numbers of channels agree, the skip is the identity and has no parameters.",
            {"nn.Conv1d(ci, co, 1) if ci != co else None": "nn.Conv1d(ci, co, 1)"},
        ),
        Misconception(
            "no_path_around",
            "The input does not go around the convolutions.",
            {
                "return (h + (x if self.skip is None else self.skip(x))).relu()": "return h if self.skip is None else h + 0 * self.skip(x).relu()"
            },
        ),
        Misconception(
            "relu_on_the_skip",
            "The path around has a ReLU of its own before the sum. Only the sum goes through one.",
            {
                "return (h + (x if self.skip is None else self.skip(x))).relu()": "return h + (x if self.skip is None else self.skip(x)).relu()"
            },
        ),
        Misconception(
            "dropout_always_on",
            "Dropout is live in evaluation mode. nn.Dropout, or the argument `training`, knows the mode.",
            {
                "h = self.drop(self.conv1(x).relu())": "h = F.dropout(self.conv1(x).relu(), self.drop.p)",
                "h = self.drop(self.conv2(h).relu())": "h = F.dropout(self.conv2(h).relu(), self.drop.p)",
            },
        ),
        Misconception(
            "one_dropout_only",
            "Dropout comes after both inner ReLUs, not after one of them only.",
            {"h = self.drop(self.conv1(x).relu())": "h = self.conv1(x).relu()"},
        ),
        Misconception(
            "dropout_after_the_sum",
            "Dropout stands after the sum. Then the path around is cut, too.",
            {
                "h = self.drop(self.conv2(h).relu())": "h = self.conv2(h).relu()",
                "return (h + (x if self.skip is None else self.skip(x))).relu()": "return self.drop((h + (x if self.skip is None else self.skip(x))).relu())",
            },
        ),
        Misconception(
            "whole_channels_dropped",
            "Whole channels are dropped at once. Each number is dropped by itself.",
            {"self.drop = nn.Dropout(dropout)": "self.drop = nn.Dropout1d(dropout)"},
        ),
        Misconception(
            "no_dropout",
            "There is no dropout in training.",
            {"self.drop = nn.Dropout(dropout)": "self.drop = nn.Identity()"},
        ),
        Misconception(
            "dropout_of_what_stays",
            "The probability of dropping and that of keeping were mixed up.",
            {
                "self.drop = nn.Dropout(dropout)": "self.drop = nn.Dropout(1 - dropout if dropout else 0.0)"
            },
        ),
        Misconception(
            "path_around_missing",
            "The path around the convolutions is missing.",
            {
                "return (h + (x if self.skip is None else self.skip(x))).relu()": "return h",
            },
        ),
        Misconception(
            "first_convolution_not_dilated",
            "The first convolution has dilation 1. Both have that of the block.",
            {
                "self.conv1 = CausalConv(ci, co, kernel_size, dilation)": "self.conv1 = CausalConv(ci, co, kernel_size, 1)",
            },
        ),
        Misconception(
            "narrow_in_the_middle",
            "Between the convolutions there are ci channels. The docstring says co.",
            {
                "self.conv1 = CausalConv(ci, co,": "self.conv1 = CausalConv(ci, ci,",
                "self.conv2 = CausalConv(co, co,": "self.conv2 = CausalConv(ci, co,",
            },
        ),
        Misconception(
            "skip_is_a_module",
            "Where the channels agree the skip is a module. The docstring says None.",
            {
                "self.skip = nn.Conv1d(ci, co, 1) if ci != co else None": "self.skip = nn.Conv1d(ci, co, 1) if ci != co else nn.Identity()",
            },
        ),
        Misconception(
            "skip_without_bias",
            "The skip has no bias. It is nn.Conv1d(ci, co, 1).",
            {
                "nn.Conv1d(ci, co, 1) if": "nn.Conv1d(ci, co, 1, bias=False) if",
            },
        ),
        Misconception(
            "skip_weight_normalised",
            "The skip is weight-normalised. It is nn.Conv1d(ci, co, 1).",
            {
                "nn.Conv1d(ci, co, 1) if": "CausalConv(ci, co, 1, 1) if",
            },
        ),
        Misconception(
            "skip_looks_around",
            "The skip has more than one tap, and sees the next step. It is a matrix per time step.",
            {
                "nn.Conv1d(ci, co, 1) if": "nn.Conv1d(ci, co, 3, padding=1) if",
            },
        ),
        Misconception(
            "skip_only_where_it_widens",
            "Where the channels become fewer there is no skip. It is needed wherever the numbers differ.",
            {
                "if ci != co": "if ci < co",
            },
        ),
        Misconception(
            "one_convolution_twice",
            "Where the channels agree one convolution is used twice. There are two, with weights of their own.",
            {
                "self.conv2 = CausalConv(co, co, kernel_size, dilation)": "self.conv2 = CausalConv(co, co, kernel_size, dilation) if ci != co else self.conv1",
            },
        ),
        Misconception(
            "second_dropout_missing",
            "After the second ReLU there is no dropout.",
            {
                "h = self.drop(self.conv2(h).relu())": "h = self.conv2(h).relu()",
            },
        ),
        Misconception(
            "input_dropped",
            "The input was dropped, and the first ReLU's output was not. Dropout follows the two inner ReLUs.",
            {
                "h = self.drop(self.conv1(x).relu())": "h = self.conv1(self.drop(x)).relu()",
            },
        ),
        Misconception(
            "output_dropped",
            "The output of the block was dropped as well. Dropout follows the two inner ReLUs only.",
            {
                "return (h + (x if self.skip is None else self.skip(x))).relu()": "return self.drop((h + (x if self.skip is None else self.skip(x))).relu())",
            },
        ),
        Misconception(
            "path_around_dropped",
            "The path around was dropped as well. Dropout follows the two inner ReLUs only.",
            {
                "return (h + (x if self.skip is None else self.skip(x))).relu()": "return (h + self.drop(x if self.skip is None else self.skip(x))).relu()",
            },
        ),
        Misconception(
            "rate_of_one_half",
            "One of the dropouts has the rate 0.5, whatever the argument.",
            {
                "h = self.drop(self.conv1(x).relu())": "h = F.dropout(self.conv1(x).relu(), training=self.training)",
            },
        ),
        Misconception(
            "rate_of_what_is_kept",
            "The rate was taken for the share that is kept.",
            {
                "nn.Dropout(dropout)": "nn.Dropout(1 - dropout)",
            },
        ),
        Misconception(
            "not_divided",
            "What one dropout leaves was not divided by 1 - p: the mean changes.",
            {
                "h = self.drop(self.conv1(x).relu())": "h = self.conv1(x).relu()\n        h = h * (torch.rand_like(h) >= self.drop.p) if self.training else h",
            },
        ),
        Misconception(
            "one_mask_for_the_batch",
            "All series of the batch lose the same numbers. Each number is dropped independently.",
            {
                "h = self.drop(self.conv2(h).relu())": (
                    "h = self.conv2(h).relu()\n"
                    "        if self.training and self.drop.p:\n"
                    "            h = h * (torch.rand(h.shape[1:]) >= self.drop.p) / (1 - self.drop.p)"
                ),
            },
        ),
        Misconception(
            "sum_halved",
            "The sum of both paths was halved.",
            {
                "return (h + (x if self.skip is None else self.skip(x))).relu()": "return ((h + (x if self.skip is None else self.skip(x))) / 2).relu()",
            },
        ),
        Misconception(
            "further_parameters",
            "The block has parameters that the docstring does not name.",
            {
                "self.drop = nn.Dropout(dropout)": "self.drop = nn.Dropout(dropout)\n        self.norm = nn.BatchNorm1d(co)",
            },
        ),
        Misconception(
            "leaky_second_relu",
            "The second ReLU leaks: below zero a little comes through.",
            {
                "self.conv2(h).relu()": "F.leaky_relu(self.conv2(h))",
            },
        ),
        Misconception(
            "gelu_in_place_of_relu",
            "The first activation is a GELU. It is a ReLU that is asked for.",
            {
                "self.conv1(x).relu()": "F.gelu(self.conv1(x))",
            },
        ),
        Misconception(
            "three_taps_always",
            "The second convolution always has three taps. It has kernel_size.",
            {
                "CausalConv(co, co, kernel_size, dilation)": "CausalConv(co, co, 3, dilation)",
            },
        ),
        Misconception(
            "constructor_not_called",
            "The constructor of nn.Module was not called: parts cannot be registered before it.",
            {
                "        super().__init__()\n": "",
            },
        ),
    ],
    "TCN": [
        Misconception(
            "dilations_grow_by_two",
            "The dilations grow by addition: 2i. They double with each level.",
            {
                "[2**level for level in range(len(channels))]": "[max(1, 2 * level) for level in range(len(channels))]"
            },
        ),
        Misconception(
            "dilations_count",
            "The dilations are 1, 2, 3, … They double with each level.",
            {
                "[2**level for level in range(len(channels))]": "[level + 1 for level in range(len(channels))]"
            },
        ),
        Misconception(
            "dilations_begin_with_two",
            "The first level has dilation 2: every second value is not seen by it. Powers begin with 1.",
            {
                "[2**level for level in range(len(channels))]": "[2 ** (level + 1) for level in range(len(channels))]"
            },
        ),
        Misconception(
            "dilations_of_kernel_size",
            "The dilations are powers of the kernel size. They are powers of 2.",
            {
                "[2**level for level in range(len(channels))]": "[kernel_size**level for level in range(len(channels))]"
            },
        ),
        Misconception(
            "given_dilations_ignored",
            "The dilations that were given are not used.",
            {
                "        if dilations is None:\n": "        if dilations is None or len(dilations) == len(channels):\n"
            },
        ),
        Misconception(
            "relu_on_the_output",
            "There is a ReLU after the head: the network cannot say anything negative.",
            {"return self.head(x)": "return self.head(x).relu()"},
        ),
        Misconception(
            "dropout_not_passed_on",
            "The blocks do not get the dropout.",
            {"TCNBlock(a, b, kernel_size, d, dropout)": "TCNBlock(a, b, kernel_size, d)"},
        ),
        Misconception(
            "blocks_reversed",
            "The dilations are in the opposite order: the widest level comes first.",
            {
                "            dilations = [2**level for level in range(len(channels))]": "            dilations = [2**level for level in reversed(range(len(channels)))]"
            },
        ),
        Misconception(
            "first_position",
            "The forecast was read off the first position, which has seen one value. The last has seen the window.",
            {"model(X)[:, :, -1]": "model(X)[:, :, 0]"},
        ),
        Misconception(
            "mean_over_time",
            "The outputs were averaged over time. The forecast is what the last position says.",
            {"model(X)[:, :, -1]": "model(X).mean(-1)"},
        ),
        Misconception(
            "dropout_in_the_forecast",
            "The forecast was made in training mode: dropout makes it random.",
            {"    model.eval()\n": ""},
        ),
        Misconception(
            "left_in_evaluation",
            "The model is in evaluation mode afterwards, and goes on training without dropout. Put it back.",
            {"    model.train(mode)\n": ""},
        ),
        Misconception(
            "always_put_into_training",
            "The model is in training mode afterwards even if it was not before.",
            {"    model.train(mode)\n": "    model.train()\n"},
        ),
        Misconception(
            "gradients_recorded",
            "The forecast records what is needed for gradients. It is a use of the network, not a training step.",
            {"with torch.no_grad():": "with torch.enable_grad():"},
        ),
        Misconception(
            "lengths_not_compared",
            "Fewer or more dilations than blocks were accepted, and zip dropped what was left over.",
            {
                "        if len(dilations) != len(channels):\n": "        if len(dilations) > 1000:\n",
            },
        ),
        Misconception(
            "first_two_dilations_equal",
            "The dilations are 1, 1, 2, 4: the second level doubles already.",
            {
                "2**level for": "2 ** max(level - 1, 0) for",
            },
        ),
        Misconception(
            "empty_list_taken_for_none",
            "An empty list of dilations was taken for none given. It does not fit any number of blocks: ask for None.",
            {
                "if dilations is None:": "if not dilations:",
            },
        ),
        Misconception(
            "fewer_refused_only",
            "More dilations than blocks went through. They have to be as many.",
            {
                "len(dilations) != len(channels)": "len(dilations) < len(channels)",
            },
        ),
        Misconception(
            "more_refused_only",
            "Fewer dilations than blocks went through. They have to be as many.",
            {
                "len(dilations) != len(channels)": "len(dilations) > len(channels)",
            },
        ),
        Misconception(
            "another_exception",
            "An exception was raised, but of another class: a ValueError is asked for.",
            {
                "raise ValueError(": "raise RuntimeError(",
            },
        ),
        Misconception(
            "constant_dropout",
            "All blocks have a fixed rate of dropout, whatever the argument.",
            {
                "kernel_size, d, dropout)": "kernel_size, d, 0.2)",
            },
        ),
        Misconception(
            "dropout_in_one_block",
            "Only the first block drops. The rate is that of all blocks.",
            {
                "self.blocks = nn.ModuleList([TCNBlock(a, b, kernel_size, d, dropout) for a, b, d in levels])": "self.blocks = nn.ModuleList([TCNBlock(a, b, kernel_size, d, 0.0 if i else dropout) for i, (a, b, d) in enumerate(levels)])",
            },
        ),
        Misconception(
            "plain_list_of_blocks",
            "The blocks are in a plain list: their parameters do not belong to the network, and are not trained.",
            {
                "nn.ModuleList([TCNBlock(a, b, kernel_size, d, dropout) for a, b, d in levels])": "[TCNBlock(a, b, kernel_size, d, dropout) for a, b, d in levels]",
            },
        ),
        Misconception(
            "blocks_in_a_sequential",
            "The blocks are in another container than the docstring names.",
            {
                "nn.ModuleList([TCNBlock(a, b, kernel_size, d, dropout) for a, b, d in levels])": "nn.Sequential(*[TCNBlock(a, b, kernel_size, d, dropout) for a, b, d in levels])",
            },
        ),
        Misconception(
            "linear_head",
            "The head is a linear layer. It is nn.Conv1d(channels[-1], co, 1), by which its parameters have their shapes.",
            {
                "self.head = nn.Conv1d(channels[-1], co, 1)": "self.head = nn.Linear(channels[-1], co)",
                "return self.head(x)": "return self.head(x.mT).mT",
            },
        ),
        Misconception(
            "head_without_bias",
            "The head has no bias.",
            {
                "self.head = nn.Conv1d(channels[-1], co, 1)": "self.head = nn.Conv1d(channels[-1], co, 1, bias=False)",
            },
        ),
        Misconception(
            "head_sees_the_next_step",
            "The head has three taps and sees the next step. It has one tap.",
            {
                "self.head = nn.Conv1d(channels[-1], co, 1)": "self.head = nn.Conv1d(channels[-1], co, 3, padding=1)",
            },
        ),
        Misconception(
            "head_weight_normalised",
            "The head is weight-normalised. It is nn.Conv1d(channels[-1], co, 1).",
            {
                "self.head = nn.Conv1d(channels[-1], co, 1)": "self.head = CausalConv(channels[-1], co, 1, 1)",
            },
        ),
        Misconception(
            "last_time_only",
            "Only the last time was returned. The network gives outputs at all times; the forecast takes the last.",
            {
                "return self.head(x)": "return self.head(x)[:, :, -1:]",
            },
        ),
        Misconception(
            "head_not_trained",
            "The head wants no gradients, and is never trained.",
            {
                "self.head = nn.Conv1d(channels[-1], co, 1)": "self.head = nn.Conv1d(channels[-1], co, 1)\n        self.head.requires_grad_(False)",
            },
        ),
        Misconception(
            "last_output_channel",
            "The last output was taken at all times. The forecast is all outputs at the last time.",
            {
                "said = model(X)[:, :, -1]": "said = model(X)[:, -1]",
            },
        ),
        Misconception(
            "axis_of_time_kept",
            "The axis of time was kept. The forecast is (B, H).",
            {
                "said = model(X)[:, :, -1]": "said = model(X)[:, :, -1:]",
            },
        ),
        Misconception(
            "all_times_returned",
            "All times were returned. Only the last one knows the whole window.",
            {
                "said = model(X)[:, :, -1]": "said = model(X)",
            },
        ),
        Misconception(
            "axis_of_one_dropped",
            "With one window or one step an axis is lost. The forecast is (B, H) for every size.",
            {
                "said = model(X)[:, :, -1]": "said = model(X)[:, :, -1].squeeze()",
            },
        ),
        Misconception(
            "forecast_of_one_step_flat",
            "With one step ahead an axis is lost. The forecast is (B, 1) then.",
            {
                "said = model(X)[:, :, -1]": "said = model(X)[:, :, -1].squeeze(1)",
            },
        ),
        Misconception(
            "window_cut",
            "The window was cut before the network saw it.",
            {
                "model(X)": "model(X[:, :, -8:])",
            },
        ),
        Misconception(
            "parameters_frozen",
            "The parameters want no gradients afterwards, so that the network is not trained any more.",
            {
                "    model.eval()\n": ("    model.eval()\n    model.requires_grad_(False)\n"),
            },
        ),
        Misconception(
            "gradients_thrown_away",
            "Gradients were recorded, and only the result was detached. Do not record them at all.",
            {
                "    with torch.no_grad():\n        said = model(X)[:, :, -1]": "    said = model(X)[:, :, -1].detach()",
            },
        ),
        Misconception(
            "gradients_cleared",
            "The gradients that the parameters hold were cleared. A forecast changes nothing in the model.",
            {
                "    model.eval()\n": ("    model.eval()\n    model.zero_grad()\n"),
            },
        ),
        Misconception(
            "recording_left_off",
            "Recording of gradients was switched off and not on again: nothing can be trained afterwards.",
            {
                "    with torch.no_grad():\n        said = model(X)[:, :, -1]": "    torch.set_grad_enabled(False)\n    said = model(X)[:, :, -1]",
            },
        ),
    ],
    "channel_ablation": [
        Misconception(
            "all_channels_before_as_well",
            "One copy was used for all channels: from the second on, those before are missing as well. Copy anew for each.",
            {
                "        for f in range(X.shape[1]):\n            without = X.clone()\n": "        without = X.clone()\n        for f in range(X.shape[1]):\n",
                "increase.append(error(without) - base)": "increase.append(error(without.clone()) - base)",
            },
        ),
        Misconception(
            "error_in_place_of_increase",
            "The error without the channel was returned. The increase is that less the error with all channels.",
            {"increase.append(error(without) - base)": "increase.append(error(without))"},
        ),
        Misconception(
            "sign_reversed",
            "The difference is the wrong way round: an increase is positive where the model does worse.",
            {"increase.append(error(without) - base)": "increase.append(base - error(without))"},
        ),
        Misconception(
            "ratio",
            "A ratio of errors was returned. The increase is a difference.",
            {"increase.append(error(without) - base)": "increase.append(error(without) / base)"},
        ),
        Misconception(
            "examples_in_place_of_channels",
            "Examples were set to the constant. Channels are the second axis.",
            {
                "without[:, f] = 0 if fill is None else fill[f]": "without[f % len(X)] = 0 if fill is None else fill[f]"
            },
        ),
        Misconception(
            "last_step_only",
            "Only the last step of the channel was set. All its times are.",
            {
                "without[:, f] = 0 if fill is None else fill[f]": "without[:, f, -1] = 0 if fill is None else fill[f]"
            },
        ),
        Misconception(
            "constants_ignored",
            "Channels were set to 0 though constants were given.",
            {"0 if fill is None else fill[f]": "0"},
        ),
        Misconception(
            "mean_in_place_of_zero",
            "Without constants, channels are set to 0, not to their means.",
            {"0 if fill is None else fill[f]": "X[:, f].mean() if fill is None else fill[f]"},
        ),
        Misconception(
            "absolute_errors",
            "Absolute errors were averaged. The squared ones are asked for.",
            {"(model(windows) - Y).square().mean()": "(model(windows) - Y).abs().mean()"},
        ),
        Misconception(
            "summed_over_steps",
            "Errors were added over the steps ahead. They are averaged over examples and steps.",
            {"(model(windows) - Y).square().mean()": "(model(windows) - Y).square().sum(1).mean()"},
        ),
        Misconception(
            "model_writes_into_the_windows",
            "The model got the windows themselves, and may write into them. Give it a copy each time.",
            {"base, increase = error(X.clone()), []": "base, increase = error(X), []"},
        ),
        Misconception(
            "gradients_recorded_in_use",
            "Gradients are recorded. Here the model is used, not trained.",
            {"with torch.no_grad():": "with torch.enable_grad():"},
        ),
        Misconception(
            "relative_increase",
            "The increase was divided by the error. It is asked for as it is.",
            {
                "return torch.stack(increase)": "return torch.stack(increase) / base",
            },
        ),
        Misconception(
            "windows_overwritten",
            "The channels were overwritten in the windows themselves. Each channel needs a fresh copy.",
            {
                "without = X.clone()": "without = X",
            },
        ),
        Misconception(
            "first_time_only",
            "Only the first time of a channel was set. All of its times are.",
            {
                "without[:, f] =": "without[:, f, 0] =",
            },
        ),
        Misconception(
            "times_in_place_of_channels",
            "A time of all channels was set. It is a channel at all times.",
            {
                "without[:, f] =": "without[:, :, f % X.shape[2]] =",
            },
        ),
        Misconception(
            "one_example_only",
            "The channel was set in one example only. It is set in all.",
            {
                "without[:, f] =": "without[f % len(X), f] =",
            },
        ),
        Misconception(
            "mean_always",
            "The mean of the channel was put in, whatever `fill` says.",
            {
                "without[:, f] = 0 if fill is None else fill[f]": "without[:, f] = X[:, f].mean()",
            },
        ),
        Misconception(
            "first_constant_for_all",
            "All channels got the first constant. Each has its own.",
            {
                "else fill[f]": "else fill[0]",
            },
        ),
        Misconception(
            "constant_added",
            "The constant was added to the channel. It takes its place.",
            {
                "without[:, f] = 0 if fill is None else fill[f]": "without[:, f] += 0 if fill is None else fill[f]",
            },
        ),
        Misconception(
            "only_this_channel_left",
            "All other channels were set, and this one was left. It is the one that goes.",
            {
                "without[:, f] = 0 if fill is None else fill[f]": "without[:] = 0 if fill is None else fill[:, None]\n            without[:, f] = X[:, f]",
            },
        ),
        Misconception(
            "errors_added_up",
            "The squared errors were added up. They are averaged over examples and steps.",
            {
                "return (model(windows) - Y).square().mean()": "return (model(windows) - Y).square().sum()",
            },
        ),
        Misconception(
            "root_of_the_error",
            "The root of the error was taken. The mean squared error is asked for.",
            {
                "return (model(windows) - Y).square().mean()": "return (model(windows) - Y).square().mean().sqrt()",
            },
        ),
        Misconception(
            "first_step_only",
            "Only the first step ahead was scored.",
            {
                "return (model(windows) - Y).square().mean()": "return (model(windows) - Y)[:, 0].square().mean()",
            },
        ),
        Misconception(
            "against_the_forecast",
            "The forecast without the channel was compared with the forecast, not with what happened.",
            {
                "increase.append(error(without) - base)": "increase.append((model(without) - model(X.clone())).square().mean() - base)",
            },
        ),
        Misconception(
            "change_of_the_forecast",
            "The change of the forecast was measured. The increase of its error is asked for.",
            {
                "increase.append(error(without) - base)": "increase.append((model(without) - model(X.clone())).square().mean())",
            },
        ),
        Misconception(
            "list_returned",
            "This is a list. A tensor with one number per channel is asked for.",
            {
                "return torch.stack(increase)": "return increase",
            },
        ),
        Misconception(
            "in_float32",
            "The result is float32, whatever the dtype of the windows.",
            {
                "return torch.stack(increase)": "return torch.tensor([float(i) for i in increase])",
            },
        ),
        Misconception(
            "base_for_each_channel",
            "The base error was computed once per channel. The model is called F + 1 times.",
            {
                "increase.append(error(without) - base)": "increase.append(error(without) - error(X.clone()))",
            },
        ),
        Misconception(
            "no_channel_does_harm",
            "Negative increases were cut off. Where the model does better without a channel, the number is negative.",
            {
                "return torch.stack(increase)": "return torch.stack(increase).clamp(min=0)",
            },
        ),
        Misconception(
            "sizes_of_increases",
            "The sign was lost. Where the model does better without a channel, the number is negative.",
            {
                "return torch.stack(increase)": "return torch.stack(increase).abs()",
            },
        ),
        Misconception(
            "every_forecast_with_every_target",
            "Every example's forecast was compared with every example's target: an axis too many was broadcast.",
            {
                "return (model(windows) - Y).square().mean()": "return (model(windows)[:, None] - Y).square().mean()",
            },
        ),
        Misconception(
            "channel_removed",
            "The channel was removed, and the model gets windows of another shape. It is set to a constant.",
            {
                "without[:, f] = 0 if fill is None else fill[f]": "without = torch.cat([without[:, :f], without[:, f + 1 :]], dim=1)",
            },
        ),
        Misconception(
            "all_in_one_batch",
            "All ablated windows went through the model in one batch. It is called F + 1 times.",
            {
                "        for f in range(X.shape[1]):": "        model(X.repeat(X.shape[1], 1, 1))\n        for f in range(X.shape[1]):",
            },
        ),
    ],
}
