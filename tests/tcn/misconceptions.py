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
            {"padded = F.pad(x, ((k - 1) * dilation, 0))": "padded = F.pad(x, (0, (k - 1) * dilation))"},
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
            {"convs_per_block * (kernel_size - 1) * sum(dilations)": "convs_per_block * kernel_size * sum(dilations)"},
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
            {"    if field < 1 or kernel_size < 2:\n": "    if field < 1 or kernel_size < 2:\n        return 0\n    if field < 0:\n"},
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
            {"for _ in range(convs_per_block):": "for _ in range(1):", "math.sqrt(convs_per_block * ": "math.sqrt("},
        ),
        Misconception(
            "filter_of_k_dilations",
            "A filter with k taps spans (k - 1) d + 1 offsets, not k d: the vector of ways is too long.",
            {"np.zeros((kernel_size - 1) * dilation + 1, dtype=np.int64)": "np.zeros(kernel_size * dilation, dtype=np.int64)"},
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
            {"return math.sqrt(convs_per_block * (kernel_size**2 - 1) / 12 * sum(d**2 for d in dilations))": "return float(convs_per_block * (kernel_size**2 - 1) / 12 * sum(d**2 for d in dilations))"},
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
            {"return v * (g / v.flatten(1).norm(dim=1))[:, None, None]": "return v * (g[:, None] / v.norm(dim=1))[:, None, :]"},
        ),
        Misconception(
            "norm_per_input_channel",
            "A norm was taken for each pair of channels. The norm of a filter is over input channels and taps together.",
            {"return v * (g / v.flatten(1).norm(dim=1))[:, None, None]": "return v * (g[:, None] / v.norm(dim=2))[:, :, None]"},
        ),
        Misconception(
            "squared_norm",
            "The directions were divided by the square of their norm.",
            {"return v * (g / v.flatten(1).norm(dim=1))[:, None, None]": "return v * (g / v.flatten(1).square().sum(1))[:, None, None]"},
        ),
        Misconception(
            "not_divided_by_the_norm",
            "The lengths multiply v itself. v has to have length 1 first.",
            {"return v * (g / v.flatten(1).norm(dim=1))[:, None, None]": "return v * g[:, None, None]"},
        ),
        Misconception(
            "epsilon_under_the_norm",
            "A small number was added to the norm. Then the length of a filter is not g, the less so the smaller v.",
            {"return v * (g / v.flatten(1).norm(dim=1))[:, None, None]": "return v * (g / (v.flatten(1).norm(dim=1) + 1e-5))[:, None, None]"},
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
            {"return w.clone(), w.flatten(1).norm(dim=1)": "return w / w.flatten(1).norm(dim=1)[:, None, None], w.flatten(1).norm(dim=1)"},
        ),
    ],
    "TCNBlock": [
        Misconception(
            "no_last_relu",
            "The ReLU after the sum is missing: the block returns negative numbers.",
            {"return (h + (x if self.skip is None else self.skip(x))).relu()": "return h + (x if self.skip is None else self.skip(x))"},
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
            {"CausalConv(co, co, kernel_size, dilation)": "CausalConv(co, co, kernel_size, 2 * dilation)"},
        ),
        Misconception(
            "skip_always_a_convolution",
            "Where the numbers of channels agree, the skip is the identity and has no parameters.",
            {"nn.Conv1d(ci, co, 1) if ci != co else None": "nn.Conv1d(ci, co, 1)"},
        ),
        Misconception(
            "no_path_around",
            "The input does not go around the convolutions.",
            {"return (h + (x if self.skip is None else self.skip(x))).relu()": "return h if self.skip is None else h + 0 * self.skip(x).relu()"},
        ),
        Misconception(
            "relu_on_the_skip",
            "The path around has a ReLU of its own before the sum. Only the sum goes through one.",
            {"return (h + (x if self.skip is None else self.skip(x))).relu()": "return h + (x if self.skip is None else self.skip(x)).relu()"},
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
            {"self.drop = nn.Dropout(dropout)": "self.drop = nn.Dropout(1 - dropout if dropout else 0.0)"},
        ),
    ],
    "TCN": [
        Misconception(
            "dilations_grow_by_two",
            "The dilations grow by addition: 2i. They double with each level.",
            {"[2**level for level in range(len(channels))]": "[max(1, 2 * level) for level in range(len(channels))]"},
        ),
        Misconception(
            "dilations_count",
            "The dilations are 1, 2, 3, … They double with each level.",
            {"[2**level for level in range(len(channels))]": "[level + 1 for level in range(len(channels))]"},
        ),
        Misconception(
            "dilations_begin_with_two",
            "The first level has dilation 2: every second value is not seen by it. Powers begin with 1.",
            {"[2**level for level in range(len(channels))]": "[2 ** (level + 1) for level in range(len(channels))]"},
        ),
        Misconception(
            "dilations_of_kernel_size",
            "The dilations are powers of the kernel size. They are powers of 2.",
            {"[2**level for level in range(len(channels))]": "[kernel_size**level for level in range(len(channels))]"},
        ),
        Misconception(
            "given_dilations_ignored",
            "The dilations that were given are not used.",
            {"        if dilations is None:\n": "        if dilations is None or len(dilations) == len(channels):\n"},
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
            {"            dilations = [2**level for level in range(len(channels))]": "            dilations = [2**level for level in reversed(range(len(channels)))]"},
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
            {"without[:, f] = 0 if fill is None else fill[f]": "without[f % len(X)] = 0 if fill is None else fill[f]"},
        ),
        Misconception(
            "last_step_only",
            "Only the last step of the channel was set. All its times are.",
            {"without[:, f] = 0 if fill is None else fill[f]": "without[:, f, -1] = 0 if fill is None else fill[f]"},
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
    ],
}
