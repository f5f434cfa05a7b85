"""What students get wrong in time_series_transformer, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "attention_cost": [
        Misconception(
            "patch_divides_once",
            "The cost was divided by the size of a patch once. There are fewer queries and fewer keys: both sides of the matrix shrink.",
            {"pairs = (L // patch) ** 2": "pairs = L * (L // patch)"},
        ),
        Misconception(
            "heads_forgotten",
            "The memory is that of one head. Each head keeps scores of its own.",
            {"heads * pairs * n_bytes": "pairs * n_bytes"},
        ),
        Misconception(
            "operations_times_heads",
            "The operations were multiplied by the number of heads. The heads share the width D, so that all together they cost as much as one of "
            "width D.",
            {'"flops": 4 * D * pairs': '"flops": 4 * D * heads * pairs'},
        ),
        Misconception(
            "multiplications_only",
            "Half of the operations are missing: a multiplication with its addition counts as two.",
            {'"flops": 4 * D * pairs': '"flops": 2 * D * pairs'},
        ),
        Misconception(
            "corners_forgotten",
            "Queries near the ends of the sequence were given a whole window. There are no keys beyond the ends.",
            {"pairs = L * (2 * w + 1) - w * (w + 1)": "pairs = L * min(2 * w + 1, L)"},
        ),
        Misconception(
            "window_on_one_side",
            "The local window looks back only. It reaches equally far to both sides.",
            {"pairs = L * (2 * w + 1) - w * (w + 1)": "pairs = L * (w + 1) - w * (w + 1) // 2"},
        ),
        Misconception(
            "width_of_the_whole_window",
            "The width was shared between both sides. A query sees the keys at most that many steps away on each side.",
            {"w = min(width, L)": "w = min(width // 2, L)"},
        ),
        Misconception(
            "bytes_per_score_forgotten",
            "The memory is a number of scores. Each score takes so many bytes.",
            {"heads * pairs * n_bytes": "heads * pairs"},
        ),
        Misconception(
            "nearer_than_the_width",
            "Keys that are exactly the width away were left out. They are seen, too.",
            {"w = min(width, L)": "w = min(width, L + 1) - 1 if width else 0"},
        ),
        Misconception(
            "corners_miscounted",
            "What is missing at the ends was miscounted. The first query misses w keys, the next one w - 1, and so on down to 1: a triangle at each end.",
            {"- w * (w + 1)": "- w * w"},
        ),
        Misconception(
            "half_of_the_matrix",
            "Causal attention was counted as half of the matrix. The diagonal is seen as well.",
            {"L * (L + 1) // 2": "L * L // 2"},
        ),
        Misconception(
            "window_without_itself",
            "A query does not see its own key. In a local window it does.",
            {"pairs = L * (2 * w + 1) - w * (w + 1)": "pairs = L * 2 * w - w * (w + 1)"},
        ),
        Misconception(
            "window_wider_than_the_sequence",
            "A window that reaches beyond the whole sequence was counted by the formula of a narrow one, which then goes wrong. It sees everything, no more.",
            {"w = min(width, L)": "w = width"},
        ),
        Misconception(
            "causal_without_the_diagonal",
            "In causal attention a query was not shown itself. It sees itself and what is before it.",
            {"L * (L + 1) // 2": "L * (L - 1) // 2"},
        ),
        Misconception(
            "causal_is_full",
            "Causal attention was counted as the full matrix. What is masked is no pair that is seen.",
            {"L * (L + 1) // 2": "L * L"},
        ),
        Misconception(
            "patches_rounded_up",
            "A patch that is not full was counted. Steps that do not fill a patch are no token.",
            {"(L // patch) ** 2": "(-(-L // patch)) ** 2"},
        ),
        Misconception(
            "patch_not_checked",
            "A patch that is longer than the window was accepted. It leaves no token at all.",
            {'kind == "patch" and 1 <= patch <= L': 'kind == "patch" and 1 <= patch'},
        ),
        Misconception(
            "one_corner_only",
            "Only one corner of the band was taken away. Keys are missing at both ends of the sequence.",
            {"- w * (w + 1)": "- w * (w + 1) // 2"},
        ),
        Misconception(
            "pairs_of_all_heads",
            "The pairs were counted in all heads. They are those of one head; bytes and operations know about the others.",
            {'"pairs": pairs': '"pairs": heads * pairs'},
        ),
        Misconception(
            "all_pairs_over_the_patch",
            "The pairs of steps were divided by the size of a patch once. There are fewer queries and fewer keys.",
            {"(L // patch) ** 2": "L * L // patch"},
        ),
        Misconception(
            "squared_before_rounding",
            "Steps that do not fill a patch went into the square. First comes the number of patches, a whole number, then its square.",
            {"(L // patch) ** 2": "L * L // (patch * patch)"},
        ),
        Misconception(
            "projections_counted",
            "The maps from tokens to queries, keys and values were counted as well. Asked for are the scores and the mixing of the values.",
            {'"flops": 4 * D * pairs': '"flops": 4 * D * pairs + 8 * L * D * D'},
        ),
        Misconception(
            "masked_pairs_cost",
            "Under the causal mask operations were counted for pairs that are not seen, as a dense product would spend them. Here a pair that is not seen costs nothing.",
            {'"flops": 4 * D * pairs': '"flops": 4 * D * (L * L if kind == "causal" else pairs)'},
        ),
        Misconception(
            "one_key_more_in_the_cache",
            "The newest token was counted beside the L keys. It is one of them.",
            {'"cached":\n        pairs = L': '"cached":\n        pairs = L + 1'},
        ),
        Misconception(
            "pairs_are_a_float",
            "A number of pairs came out as a float. Whole numbers are divided by a double slash.",
            {"(L + 1) // 2": "(L + 1) / 2"},
        ),
        Misconception(
            "another_kind_is_full",
            "A kind that is none of the five was counted as full attention. It is refused.",
            {
                "    else:\n        raise": '    elif kind != "patch":\n        pairs = L**2\n    else:\n        raise'
            },
        ),
        Misconception(
            "own_key_at_width_0",
            "A width of 0 was taken for no width at all. It is a width: each query then sees its own key and no other.",
            {"w = min(width, L)": "w = min(width or 1, L - 1)"},
        ),
    ],
    "revin_patchify": [
        Misconception(
            "newest_steps_dropped",
            "Patches are cut from the start of the window, and the newest steps are dropped where they do not fit. Count from the end.",
            {"newest = x[:, (L - patch) % stride :]": "newest = x"},
        ),
        Misconception(
            "channels_mixed_into_rows",
            "The window was reshaped to rows without bringing the channels in front of time. Each row is then a mix of channels.",
            {"newest.transpose(1, 2).flatten(0, 1)": "newest.reshape(-1, newest.shape[1])"},
        ),
        Misconception(
            "channels_mixed_on_the_way_back",
            "The rows were reshaped to (B, H, C) directly. Row b*C + c holds the steps of one channel: split the rows first, then bring time forward.",
            {
                "y.unflatten(0, mean.shape).transpose(1, 2)": "y.reshape(mean.shape[0], y.shape[1], mean.shape[1])",
            },
        ),
        Misconception(
            "channel_major_rows",
            "Rows are ordered by channel first. Row b*C + c belongs to window b, channel c.",
            {"newest.transpose(1, 2).flatten(0, 1)": "newest.permute(2, 0, 1).flatten(0, 1)"},
        ),
        Misconception(
            "sample_deviation",
            "The variance divides by L - 1. Here the divisor is L.",
            {"centred.square().mean(dim=1) + eps": "x.var(dim=1) + eps"},
        ),
        Misconception(
            "eps_outside_of_the_root",
            "The small number was added to the deviation. It stands under the root, beside the variance.",
            {
                "torch.sqrt(centred.square().mean(dim=1) + eps)": "torch.sqrt(centred.square().mean(dim=1)) + eps"
            },
        ),
        Misconception(
            "eps_left_out",
            "Nothing keeps a constant channel from a division by zero.",
            {"centred.square().mean(dim=1) + eps": "centred.square().mean(dim=1)"},
        ),
        Misconception(
            "statistics_over_channels",
            "One mean and one deviation for all channels of a window. Each channel has its own level and scale.",
            {
                "mean = x.mean(dim=1)": "mean = x.mean(dim=(1, 2))[:, None].expand(-1, x.shape[2])",
                "centred.square().mean(dim=1)": "centred.square().mean(dim=(1, 2))[:, None].expand(-1, x.shape[2])",
            },
        ),
        Misconception(
            "statistics_over_the_batch",
            "Mean and deviation were taken over all windows of the batch, as batch norm does. Each window has its own, so that it does not matter in whose company "
            "it comes.",
            {
                "mean = x.mean(dim=1)": "mean = x.mean(dim=(0, 1)).expand(len(x), -1)",
                "centred.square().mean(dim=1)": "centred.square().mean(dim=(0, 1)).expand(len(x), -1)",
            },
        ),
        Misconception(
            "difference_of_squares",
            "The variance was computed as the mean of squares minus the square of the mean. At a high level both are huge and nearly equal, and their difference is lost to "
            "rounding.",
            {
                "torch.sqrt(centred.square().mean(dim=1) + eps)": "torch.sqrt((x.square().mean(dim=1) - mean.square()).clamp(min=0) + eps)"
            },
        ),
        Misconception(
            "affine_not_undone",
            "Gain and bias were not taken out of the forecast. What was applied last must be undone first.",
            {"(y - bias) / gain * std": "y * std"},
        ),
        Misconception(
            "undone_in_the_wrong_order",
            "Gain and bias were undone in the order in which they were applied. The bias came last, so it goes first.",
            {"(y - bias) / gain * std": "(y / gain - bias) * std"},
        ),
        Misconception(
            "affine_before_the_scale",
            "Gain and bias were applied to the raw values. They come after the normalisation.",
            {"centred / std[:, None] * gain + bias": "(centred * gain + bias) / std[:, None]"},
        ),
        Misconception(
            "patches_are_views",
            "The patches share their memory with the window, or with each other where they overlap. Return a new tensor.",
            {".unfold(1, patch, stride).clone()": ".unfold(1, patch, stride)"},
        ),
        Misconception(
            "mean_not_added_back",
            "The level is missing: the window's mean goes back into its forecast.",
            {"* std[:, None] + mean[:, None]": "* std[:, None]"},
        ),
        Misconception(
            "scale_not_given_back",
            "The scale is missing: the forecast is multiplied by the window's deviation before the mean is added.",
            {"/ gain * std[:, None] + mean": "/ gain + mean"},
        ),
        Misconception(
            "patches_side_by_side",
            "Patches follow each other without overlap or gap, whatever the stride.",
            {"newest = x[:, (L - patch) % stride :]": "newest, stride = x[:, L % patch :], patch"},
        ),
        Misconception(
            "eps_squared",
            "The small number was squared. It is added to the variance as it is.",
            {"+ eps": "+ eps**2"},
        ),
        Misconception(
            "eps_ignored",
            "The argument eps has no effect: some number of your own stands in its place.",
            {"+ eps": "+ 1e-5"},
        ),
        Misconception(
            "eps_as_a_floor",
            "The small number became the least variance that is possible. It is added to every variance.",
            {"centred.square().mean(dim=1) + eps": "centred.square().mean(dim=1).clamp(min=eps)"},
        ),
        Misconception(
            "bias_left_out",
            "The bias is missing from the normalised window.",
            {"* gain + bias, mean": "* gain, mean"},
        ),
        Misconception(
            "bias_scaled",
            "The bias was added before the scaling, so that gain and deviation scale it, too. It is added last.",
            {"centred / std[:, None] * gain + bias": "(centred + bias) * gain / std[:, None]"},
        ),
        Misconception(
            "variance_returned",
            "The variance was returned. Asked for is the deviation, what the window was divided by.",
            {"gain + bias, mean, std": "gain + bias, mean, std.square()"},
        ),
        Misconception(
            "deviation_without_eps",
            "The deviation that was returned is not the one that was divided by: the small number is missing from it.",
            {"gain + bias, mean, std": "gain + bias, mean, centred.square().mean(dim=1).sqrt()"},
        ),
        Misconception(
            "newest_step_as_level",
            "The newest step was taken for the level of the window. Here the level is the mean.",
            {"mean = x.mean(dim=1)": "mean = x[:, -1]"},
        ),
        Misconception(
            "mean_over_the_batch",
            "The mean was taken over all windows of the batch. Each window has a level of its own.",
            {"mean = x.mean(dim=1)": "mean = x.mean(dim=(0, 1)).expand(len(x), -1)"},
        ),
        Misconception(
            "mean_over_channels",
            "The mean was taken over the channels, too. Each channel has a level of its own.",
            {"mean = x.mean(dim=1)": "mean = x.mean(dim=(1, 2))[:, None].expand(-1, x.shape[2])"},
        ),
        Misconception(
            "deviation_over_channels",
            "The deviation was taken over the channels, too. Each channel has a scale of its own.",
            {
                "centred.square().mean(dim=1)": "centred.square().mean(dim=(1, 2))[:, None].expand(-1, x.shape[2])"
            },
        ),
        Misconception(
            "window_changed",
            "The mean was taken out of the window itself, which the caller still needs.",
            {"centred = x - mean[:, None]": "centred = x.sub_(mean[:, None])"},
        ),
        Misconception(
            "rest_by_the_patch",
            "How many steps are left over was computed from the size of a patch. Where a patch begins depends on the stride.",
            {"(L - patch) % stride": "L % patch"},
        ),
        Misconception(
            "rest_by_the_stride",
            "What is left over was counted on the whole length. One whole patch comes first, then so many strides.",
            {"(L - patch) % stride": "L % stride"},
        ),
        Misconception(
            "newest_patch_first",
            "The newest patch comes first. It is counted from the newest end, but the oldest patch is the first.",
            {".unfold(1, patch, stride).clone()": ".unfold(1, patch, stride).flip(1)"},
        ),
        Misconception(
            "copied_where_it_must",
            "Some patches still share their memory with the window: `contiguous` returns the tensor itself where it is contiguous already.",
            {".unfold(1, patch, stride).clone()": ".unfold(1, patch, stride).contiguous()"},
        ),
        Misconception(
            "channels_mixed_before_the_cut",
            "The window was reshaped to rows before its channels were brought in front of time. Each row is then a mix of channels.",
            {
                "newest = x[:, (L - patch) % stride :]": "newest = x.reshape(-1, L)[:, (L - patch) % stride :]",
                "newest.transpose(1, 2).flatten(0, 1)": "newest",
            },
        ),
        Misconception(
            "sizes_not_checked",
            "Patches and strides that cannot be cut were not refused, or by another error.",
            {"if not 1 <= patch <= L or stride < 1:": "if False:"},
        ),
        Misconception(
            "stride_not_checked",
            "A stride below 1 was not refused, or by another error.",
            {" or stride < 1": ""},
        ),
        Misconception(
            "channel_major_on_the_way_back",
            "The rows were read as ordered by channel. Row b*C + c belongs to window b, channel c.",
            {
                "y.unflatten(0, mean.shape).transpose(1, 2)": "y.unflatten(0, mean.T.shape).permute(1, 2, 0)"
            },
        ),
        Misconception(
            "gain_padded",
            "Something was added to the gain before dividing by it, as the published code does. No gain is 0, and one that is small comes out wrong.",
            {"/ gain * std": "/ (gain + 1e-10) * std"},
        ),
        Misconception(
            "gain_padded_by_eps",
            "The gain got a small number before the division. No gain is 0; the inverse is to be exact.",
            {"/ gain * std": "/ (gain + 1e-5) * std"},
        ),
        Misconception(
            "eps_on_the_way_back",
            "The deviation got the small number a second time. What is passed is what the window was divided by.",
            {"/ gain * std[:, None]": "/ gain * (std.square() + 1e-5).sqrt()[:, None]"},
        ),
        Misconception(
            "gain_without_its_sign",
            "The sign of a gain was lost. A negative gain turns the window over, and the inverse turns it back.",
            {"/ gain * std": "/ gain.abs() * std"},
        ),
    ],
    "temporal_encoding": [
        Misconception(
            "calendar_from_one",
            "Days and months are counted from 1, as they are printed. As ids they begin at 0: else the first row is never used, and the 31st overflows the table.",
            {
                "return np.stack([hour, weekday, day, months.astype(np.int64) % 12], axis=-1)": "return np.stack([hour, weekday, day + 1, months.astype(np.int64) % 12 + 1], axis=-1)"
            },
        ),
        Misconception(
            "week_begins_on_thursday",
            "Day 0 was taken for a Monday. 1 January 1970 was a Thursday.",
            {"(days.astype(np.int64) + 3) % 7": "days.astype(np.int64) % 7"},
        ),
        Misconception(
            "week_begins_on_sunday",
            "Weekdays are counted from Sunday. Here Monday is 0.",
            {"(days.astype(np.int64) + 3) % 7": "(days.astype(np.int64) + 4) % 7"},
        ),
        Misconception(
            "month_and_day_exchanged",
            "Month and day of the month stand in each other's place. The order is hour, weekday, day, month.",
            {
                "[hour, weekday, day, months.astype(np.int64) % 12]": "[hour, weekday, months.astype(np.int64) % 12, day]"
            },
        ),
        Misconception(
            "ids_in_front",
            "The four ids stand in a new first axis. They stand in a new last one, so that each time has its row of four.",
            {"% 12], axis=-1)": "% 12], axis=0)"},
        ),
        Misconception(
            "negative_ids_count_from_the_end",
            "A negative id reads the table from its end, silently. It is an error, like one that is too large.",
            {"if (ids < 0).any():": "if (ids >= len(table)).any():"},
        ),
        Misconception(
            "last_table_only",
            "Of the calendar only the last table is left: each one overwrites the one before. They are added up.",
            {
                "out = out + table[ids]": "out = x + sinusoidal_positions(start + L, D)[start:].to(x.dtype) + table[ids]"
            },
        ),
        Misconception(
            "mean_of_the_embeddings",
            "The calendar's embeddings were averaged. They are added.",
            {"out = out + table[ids]": "out = out + table[ids] / len(tables)"},
        ),
        Misconception(
            "position_by_window",
            "The code of a place was chosen by the number of the window in its batch. It belongs to the step.",
            {
                "x + sinusoidal_positions(start + L, D)[start:].to(x.dtype)": "x + sinusoidal_positions(start + len(x), D)[start:, None].to(x.dtype)"
            },
        ),
        Misconception(
            "sines_then_cosines",
            "All sines stand before all cosines. Sine and cosine of a frequency stand side by side, as the given function has them.",
            {
                "[start:].to(x.dtype)": "[start:][:, [*range(0, D, 2), *range(1, D, 2)]].to(x.dtype)",
            },
        ),
        Misconception(
            "places_begin_again",
            "The first place is ignored: the codes begin at place 0 each time.",
            {"sinusoidal_positions(start + L, D)[start:]": "sinusoidal_positions(L, D)"},
        ),
        Misconception(
            "positions_forgotten",
            "The codes of the places are missing. Without them the step's place in the window is unknown to the attention.",
            {
                "out = x + sinusoidal_positions(start + L, D)[start:].to(x.dtype)": "out = x + torch.zeros_like(x)"
            },
        ),
        Misconception(
            "values_scaled",
            "The embedded values were multiplied by the root of the width, as for words. Here they are added as they are.",
            {"out = x + sinusoidal": "out = x * math.sqrt(D) + sinusoidal"},
        ),
        Misconception(
            "days_from_one",
            "Days of the month are counted from 1, as they are printed. As ids they begin at 0.",
            {
                "day = (days - months).astype(np.int64)": "day = (days - months).astype(np.int64) + 1"
            },
        ),
        Misconception(
            "months_from_one",
            "Months are counted from 1, as they are printed. As ids they begin at 0.",
            {"months.astype(np.int64) % 12]": "months.astype(np.int64) % 12 + 1]"},
        ),
        Misconception(
            "weekdays_from_one",
            "Weekdays are counted from 1. Monday is 0.",
            {"(days.astype(np.int64) + 3) % 7": "(days.astype(np.int64) + 3) % 7 + 1"},
        ),
        Misconception(
            "month_first",
            "The ids stand in the order from month to hour, as in the code of some models. Here the hour comes first.",
            {
                "[hour, weekday, day, months.astype(np.int64) % 12]": "[months.astype(np.int64) % 12, day, weekday, hour]"
            },
        ),
        Misconception(
            "ids_in_the_second_axis",
            "The four ids stand in the second axis. They stand in a new last one, whatever the shape of the times.",
            {"% 12], axis=-1)": "% 12], axis=1)"},
        ),
        Misconception(
            "cut_off_towards_zero",
            "Hours before 1970 are negative, and dividing them cut them off towards zero: they fall into the next day. A day is a floor.",
            {
                "weekday = (days.astype(np.int64) + 3) % 7": "weekday = ((times.astype(np.int64) / 24).astype(np.int64) + 3) % 7"
            },
        ),
        Misconception(
            "weekdays_below_zero",
            "Before 1970 weekdays became negative: `fmod` keeps the sign of what is divided.",
            {"(days.astype(np.int64) + 3) % 7": "np.fmod(days.astype(np.int64) + 3, 7)"},
        ),
        Misconception(
            "months_below_zero",
            "Before 1970 months became negative: `fmod` keeps the sign of what is divided.",
            {"months.astype(np.int64) % 12]": "np.fmod(months.astype(np.int64), 12)]"},
        ),
        Misconception(
            "hours_below_zero",
            "Before 1970 hours became negative: `fmod` keeps the sign of what is divided.",
            {
                "hour = (times - days).astype(np.int64)": "hour = np.fmod(times.astype(np.int64), 24)"
            },
        ),
        Misconception(
            "months_of_31_days",
            "Every month was given 31 days. Count from the first day of the month itself.",
            {"day = (days - months).astype(np.int64)": "day = days.astype(np.int64) % 31"},
        ),
        Misconception(
            "ids_of_32_bits",
            "The ids are right, but they are not int64.",
            {"% 12], axis=-1)": "% 12], axis=-1).astype(np.int32)"},
        ),
        Misconception(
            "places_one_too_late",
            "The first token got the code of the place after its own.",
            {
                "sinusoidal_positions(start + L, D)[start:]": "sinusoidal_positions(start + L + 1, D)[start + 1 :]"
            },
        ),
        Misconception(
            "codes_in_float64",
            "The codes of the places stay float64, and with them the result. It has the dtype of the values.",
            {"[start:].to(x.dtype)": "[start:]"},
        ),
        Misconception(
            "codes_in_float32",
            "The codes of the places were rounded to float32, and half of the digits of a float64 result are lost.",
            {"[start:].to(x.dtype)": "[start:].float().to(x.dtype)"},
        ),
        Misconception(
            "first_table_only",
            "Only the first table is used.",
            {"enumerate(tables)": "enumerate(tables[:1])"},
        ),
        Misconception(
            "four_tables_at_most",
            "Only the first four tables are used. There may be more or fewer.",
            {"enumerate(tables)": "enumerate(tables[:4])"},
        ),
        Misconception(
            "ids_forced_into_the_table",
            "An id that is not in its table was moved to the nearest row. It is an error.",
            {"ids = calendar[..., j]": "ids = calendar[..., j].clamp(0, len(table) - 1)"},
        ),
        Misconception(
            "calendar_of_the_first_window",
            "All windows got the calendar of the first one.",
            {"calendar[..., j]": "calendar[:1, :, j]"},
        ),
        Misconception(
            "tables_cut_from_the_graph",
            "No gradient reaches the tables. They are learned.",
            {"out + table[ids]": "out + table.detach()[ids]"},
        ),
        Misconception(
            "values_changed",
            "The codes were added to the argument itself.",
            {
                "out = x + sinusoidal_positions(start + L, D)[start:].to(x.dtype)": "out = x.add_(sinusoidal_positions(start + L, D)[start:].to(x.dtype))"
            },
        ),
    ],
    "encoder_block": [
        Misconception(
            "wirings_exchanged",
            "Pre-norm and post-norm are exchanged. In the pre-norm block the norm stands in front of the part.",
            {"    if norm_first:": "    if not norm_first:"},
        ),
        Misconception(
            "always_pre_norm",
            "The block is pre-norm whatever is asked for.",
            {"    if norm_first:": "    if True:"},
        ),
        Misconception(
            "always_post_norm",
            "The block is post-norm whatever is asked for.",
            {"    if norm_first:": "    if False:"},
        ),
        Misconception(
            "residual_from_the_normalised",
            "In the pre-norm block the sum goes on from the normalised tokens. The residual line carries the raw ones.",
            {
                "x = x + attention(norm1(x))": "x = norm1(x)\n        x = x + attention(x)",
                "return x + feed_forward(norm2(x))": "x = norm2(x)\n        return x + feed_forward(x)",
            },
        ),
        Misconception(
            "one_norm_for_both",
            "The first norm is used for both parts. Each part has a norm with weights of its own.",
            {
                "feed_forward(norm2(x))": "feed_forward(norm1(x))",
                "return norm2(x + feed": "return norm1(x + feed",
            },
        ),
        Misconception(
            "norms_exchanged",
            "The norms stand in each other's place.",
            {
                "x = x + attention(norm1(x))\n        return x + feed_forward(norm2(x))": "x = x + attention(norm2(x))\n        return x + feed_forward(norm1(x))",
                "x = norm1(x + attention(x))\n    return norm2(x": "x = norm2(x + attention(x))\n    return norm1(x",
            },
        ),
        Misconception(
            "residual_from_the_input",
            "The second residual connection comes from the input of the block. It comes from the result of the first part.",
            {
                "x = x + attention(norm1(x))\n        return x + feed_forward(norm2(x))": "h = x + attention(norm1(x))\n        return x + feed_forward(norm2(h))",
                "x = norm1(x + attention(x))\n    return norm2(x + feed_forward(x))": "h = norm1(x + attention(x))\n    return norm2(x + feed_forward(h))",
            },
        ),
        Misconception(
            "parallel_parts",
            "Both parts start from the block's input. The second part starts from the result of the first.",
            {
                "x = x + attention(norm1(x))\n        return x + feed_forward(norm2(x))": "return x + attention(norm1(x)) + feed_forward(norm2(x))",
                "x = norm1(x + attention(x))\n    return norm2(x + feed_forward(x))": "return norm2(norm1(x + attention(x)) + feed_forward(x))",
            },
        ),
        Misconception(
            "no_residual",
            "The residual connections are missing.",
            {
                "x = x + attention(norm1(x))": "x = attention(norm1(x))",
                "return x + feed_forward(norm2(x))": "return feed_forward(norm2(x))",
                "norm1(x + attention(x))": "norm1(attention(x))",
                "norm2(x + feed_forward(x))": "norm2(feed_forward(x))",
            },
        ),
        Misconception(
            "norm_of_the_part_only",
            "In the post-norm block the norm is applied to the part before the sum. It is applied to the sum.",
            {
                "x = norm1(x + attention(x))": "x = x + norm1(attention(x))",
                "return norm2(x + feed_forward(x))": "return x + norm2(feed_forward(x))",
            },
        ),
        Misconception(
            "bias_forgotten",
            "The bias of the head is missing.",
            {"read @ weight.T + bias": "read @ weight.T"},
        ),
        Misconception(
            "flattened_by_width",
            "The tokens were flattened width by width. First come all numbers of the oldest token.",
            {"tokens.flatten(1)": "tokens.transpose(1, 2).flatten(1)"},
        ),
        Misconception(
            "last_is_the_oldest",
            "The head reads the oldest token. The newest one is the last.",
            {"read = tokens[:, -1]": "read = tokens[:, 0]"},
        ),
        Misconception(
            "sum_for_mean",
            "The tokens were added and not averaged.",
            {"tokens.mean(dim=1)": "tokens.sum(dim=1)"},
        ),
        Misconception(
            "second_residual_from_the_normalised",
            "In the pre-norm block the second sum goes on from the normalised tokens. The residual line carries the raw ones.",
            {
                "return x + feed_forward(norm2(x))": "x = norm2(x)\n        return x + feed_forward(x)"
            },
        ),
        Misconception(
            "both_parts_from_the_input",
            "In the pre-norm block both parts start from the block's input. The second starts from the first sum.",
            {
                "x = x + attention(norm1(x))\n        return x + feed_forward(norm2(x))": "return x + attention(norm1(x)) + feed_forward(norm2(x))"
            },
        ),
        Misconception(
            "norms_exchanged_in_pre",
            "In the pre-norm block the norms stand in each other's place.",
            {
                "x = x + attention(norm1(x))\n        return x + feed_forward(norm2(x))": "x = x + attention(norm2(x))\n        return x + feed_forward(norm1(x))"
            },
        ),
        Misconception(
            "one_residual_in_post",
            "In the post-norm block the feed-forward part has no residual connection.",
            {"return norm2(x + feed_forward(x))": "return norm2(feed_forward(x))"},
        ),
        Misconception(
            "residual_around_both_in_post",
            "In the post-norm block the second residual connection comes from the input of the block. It comes from the first normalised sum.",
            {
                "x = norm1(x + attention(x))\n    return norm2(x + feed_forward(x))": "h = norm1(x + attention(x))\n    return norm2(x + feed_forward(h))"
            },
        ),
        Misconception(
            "feed_forward_first",
            "In the pre-norm block the feed-forward part comes first.",
            {
                "x = x + attention(norm1(x))\n        return x + feed_forward(norm2(x))": "x = x + feed_forward(norm2(x))\n        return x + attention(norm1(x))"
            },
        ),
        Misconception(
            "pre_norm_ends_in_a_norm",
            "In the pre-norm block the last sum was normalised. That norm belongs behind the whole stack, not into the block.",
            {"return x + feed_forward(norm2(x))": "return norm2(x + feed_forward(norm2(x)))"},
        ),
        Misconception(
            "tokens_changed",
            "The first sum was written into the argument.",
            {"x = x + attention(norm1(x))": "x += attention(norm1(x))"},
        ),
        Misconception(
            "mean_over_the_width",
            "The mean was taken over the width. It is taken over the tokens.",
            {"tokens.mean(dim=1)": "tokens.mean(dim=2)"},
        ),
        Misconception(
            "newest_token_first",
            "The tokens were flattened from the newest to the oldest. The numbers of the oldest come first.",
            {"tokens.flatten(1)": "tokens.flip(1).flatten(1)"},
        ),
        Misconception(
            "weight_not_transposed",
            "The rows of the weight are the steps of the horizon, its columns what is read.",
            {"read @ weight.T": "read @ weight"},
        ),
        Misconception(
            "axes_of_one_dropped",
            "An axis of length 1 was dropped. One window is (1, H), and one step ahead (B, 1).",
            {"return read @ weight.T + bias": "return (read @ weight.T + bias).squeeze()"},
        ),
        Misconception(
            "another_kind_is_last",
            "A kind that is none of the three was read as the last token. It is refused.",
            {'raise ValueError(f"no head of kind {kind}")': "read = tokens[:, -1]"},
        ),
        Misconception(
            "first_sum_cut_from_the_graph",
            "The residual line of the pre-norm block was cut from the graph. It is the way that gradients take.",
            {"x = x + attention(norm1(x))": "x = x.detach() + attention(norm1(x))"},
        ),
    ],
    "decoder_block": [
        Misconception(
            "empty_label_is_everything",
            "A label window of no steps became the whole history: x[:, -0:] is x[:, 0:].",
            {"history[:, L - label :]": "history[:, -label:]"},
        ),
        Misconception(
            "label_from_the_start",
            "The label window holds the oldest steps. It holds the newest ones, next to the placeholders.",
            {"history[:, L - label :]": "history[:, :label]"},
        ),
        Misconception(
            "placeholders_in_front",
            "The placeholders stand before the label window. What is to come stands after what is known.",
            {"[history[:, L - label :], zeros]": "[zeros, history[:, L - label :]]"},
        ),
        Misconception(
            "cross_attention_masked",
            "The cross-attention was masked causally. All of the memory is past: each step may see all of it.",
            {
                "cross_attention(x, memory, memory, None)": "cross_attention(x, memory, memory, torch.ones(n, memory.shape[1], dtype=torch.bool).tril())"
            },
        ),
        Misconception(
            "self_attention_open",
            "The self-attention is not masked: a step sees the steps after it.",
            {"self_attention(x, x, x, causal)": "self_attention(x, x, x, None)"},
        ),
        Misconception(
            "diagonal_hidden",
            "The mask hides a step from itself. The first step then sees nothing at all.",
            {".tril()": ".tril(-1)"},
        ),
        Misconception(
            "mask_reversed",
            "The mask is True where a key must not be seen. Here True may be seen.",
            {
                "torch.ones(n, n, dtype=torch.bool, device=y.device).tril()": "torch.ones(n, n, dtype=torch.bool, device=y.device).triu(1)"
            },
        ),
        Misconception(
            "future_for_past",
            "The mask is transposed: a step sees itself and the steps after it. Rows are queries, columns are keys.",
            {".tril()": ".triu()"},
        ),
        Misconception(
            "keys_from_the_decoder",
            "The keys of the cross-attention come from the decoder. Queries do; keys and values come from the memory.",
            {
                "cross_attention(x, memory, memory, None)": "cross_attention(x, x, memory if len(x[0]) == len(memory[0]) else x, None)"
            },
        ),
        Misconception(
            "memory_normalised_again",
            "The memory was normalised again in the pre-norm block. It is used as it is.",
            {
                "cross_attention(x, memory, memory, None)": "cross_attention(x, *2 * [norms[1](memory) if norm_first else memory], None)"
            },
        ),
        Misconception(
            "always_pre_norm",
            "The block is pre-norm whatever is asked for.",
            {"y = y + part(norm(y)) if norm_first else": "y = y + part(norm(y)) if True else"},
        ),
        Misconception(
            "always_post_norm",
            "The block is post-norm whatever is asked for.",
            {"y = y + part(norm(y)) if norm_first else": "y = y + part(norm(y)) if False else"},
        ),
        Misconception(
            "residual_from_the_normalised",
            "In the pre-norm block the sum goes on from the normalised tokens. The residual line carries the raw ones.",
            {"y = y + part(norm(y)) if": "y = norm(y) + part(norm(y)) if"},
        ),
        Misconception(
            "wirings_exchanged",
            "Pre-norm and post-norm are exchanged.",
            {"if norm_first else": "if not norm_first else"},
        ),
        Misconception(
            "no_residual",
            "The residual connections are missing.",
            {
                "y = y + part(norm(y)) if norm_first else norm(y + part(y))": "y = part(norm(y)) if norm_first else norm(part(y))"
            },
        ),
        Misconception(
            "one_norm_for_all",
            "The first norm is used for all three parts. Each part has a norm of its own.",
            {"zip(parts, norms)": "zip(parts, [norms[0]] * 3)"},
        ),
        Misconception(
            "memory_first",
            "The cross-attention comes before the self-attention.",
            {
                "        lambda x: self_attention(x, x, x, causal),\n        lambda x: cross_attention(x, memory, memory, None),\n": "        lambda x: cross_attention(x, memory, memory, None),\n        lambda x: self_attention(x, x, x, causal),\n"
            },
        ),
        Misconception(
            "newest_step_repeated",
            "The places to be filled hold the newest step. They hold zeros.",
            {
                "zeros = history.new_zeros(history.shape[0], horizon, history.shape[2])": "zeros = history[:, -1:].expand(-1, horizon, -1)"
            },
        ),
        Misconception(
            "mean_as_placeholder",
            "The places to be filled hold the mean of the history. They hold zeros.",
            {
                "zeros = history.new_zeros(history.shape[0], horizon, history.shape[2])": "zeros = history.mean(dim=1, keepdim=True).expand(-1, horizon, -1)"
            },
        ),
        Misconception(
            "label_not_checked",
            "A label that is longer than the history, or negative, was not refused.",
            {"if not 0 <= label <= L:": "if False:"},
        ),
        Misconception(
            "negative_label_accepted",
            "A negative label was not refused.",
            {"if not 0 <= label <= L:": "if label > L:"},
        ),
        Misconception(
            "horizon_within_the_window",
            "The label was counted within the horizon. The window holds label + horizon steps.",
            {
                "history.new_zeros(history.shape[0], horizon, ": "history.new_zeros(history.shape[0], horizon - label, "
            },
        ),
        Misconception(
            "mask_of_numbers",
            "The mask holds numbers. It is bool.",
            {"dtype=torch.bool, device=y.device": "dtype=y.dtype, device=y.device"},
        ),
        Misconception(
            "mask_where_none_is_needed",
            "The cross-attention got a mask that lets everything pass. It gets None.",
            {
                "cross_attention(x, memory, memory, None)": "cross_attention(x, memory, memory, torch.ones(n, memory.shape[1], dtype=torch.bool))"
            },
        ),
        Misconception(
            "queries_from_the_memory",
            "The queries of the cross-attention come from the memory. They come from the decoder, and the memory is what they look into.",
            {"cross_attention(x, memory, memory, None)": "cross_attention(memory, x, x, None)"},
        ),
        Misconception(
            "values_from_the_decoder",
            "The values of the cross-attention come from the decoder. Keys and values are both those of the memory.",
            {"cross_attention(x, memory, memory, None)": "cross_attention(x, memory, x, None)"},
        ),
        Misconception(
            "attentions_exchanged",
            "The two attentions stand in each other's place.",
            {
                "self_attention(x, x, x, causal)": "cross_attention(x, x, x, causal)",
                "cross_attention(x, memory, memory, None)": "self_attention(x, memory, memory, None)",
            },
        ),
        Misconception(
            "no_residual_in_post",
            "In the post-norm block the residual connections are missing.",
            {"else norm(y + part(y))": "else norm(part(y))"},
        ),
        Misconception(
            "norms_exchanged",
            "The norms of the cross-attention and of the feed-forward part stand in each other's place.",
            {"zip(parts, norms)": "zip(parts, [norms[0], norms[2], norms[1]])"},
        ),
        Misconception(
            "memory_first_with_its_norm",
            "The cross-attention, with its norm, comes before the self-attention.",
            {
                "zip(parts, norms)": "zip([parts[1], parts[0], parts[2]], [norms[1], norms[0], norms[2]])"
            },
        ),
        Misconception(
            "queries_from_the_input",
            "The queries of the cross-attention come from the input of the block. They come from what the self-attention made of it.",
            {
                "    for part, norm in": "    start = y\n    for part, norm in",
                "cross_attention(x, memory": "cross_attention(start, memory",
            },
        ),
        Misconception(
            "keys_not_normalised",
            "In the pre-norm block keys and values of the self-attention come from the raw tokens. All three come from the normalised ones.",
            {
                "    for part, norm in": "    start = y\n    for part, norm in",
                "self_attention(x, x, x, causal)": "self_attention(x, start, start, causal)",
            },
        ),
        Misconception(
            "normalised_at_the_end",
            "The pre-norm block ends in a norm. Its sum is not normalised.",
            {
                "else norm(y + part(y))\n    return y": "else norm(y + part(y))\n    return norms[2](y) if norm_first else y"
            },
        ),
        Misconception(
            "tokens_changed",
            "The sums were written into the argument.",
            {"y = y + part(norm(y)) if": "y = y.add_(part(norm(y))) if"},
        ),
    ],
    "autoregressive_forecast": [
        Misconception(
            "compared_with_itself",
            "The output at a step was compared with the input of that step. It is the forecast of the next one.",
            {"(model(series[:, :-1]) - series[:, 1:])": "(model(series[:, :-1]) - series[:, :-1])"},
        ),
        Misconception(
            "the_last_step_is_shown",
            "The model was shown the whole series. The last step is a target only.",
            {"(model(series[:, :-1]) - series[:, 1:])": "(model(series)[:, :-1] - series[:, 1:])"},
        ),
        Misconception(
            "only_the_last_position",
            "Only the forecast of the last step counts. Every position is a forecast, and all are trained at once.",
            {
                "(model(series[:, :-1]) - series[:, 1:])": "(model(series[:, :-1]) - series[:, 1:])[:, -1]"
            },
        ),
        Misconception(
            "sum_for_mean",
            "The squares were added and not averaged.",
            {".square().mean()": ".square().sum()"},
        ),
        Misconception(
            "first_position_read",
            "The forecast is read at the first position. The last position says what comes next.",
            {"model(history[:, -context:])[:, -1:]": "model(history[:, -context:])[:, :1]"},
        ),
        Misconception(
            "nothing_appended",
            "The forecast does not become input: each call sees the same history, and says the same.",
            {
                "newest = model(history[:, -context:])[:, -1:]": "newest = model(history[:, :L][:, -context:])[:, -1:]",
            },
        ),
        Misconception(
            "root_of_the_loss",
            "The loss is a root mean square. It is the mean of the squares.",
            {".square().mean()": ".square().mean().sqrt()"},
        ),
        Misconception(
            "sizes_for_squares",
            "The loss is the mean size of the errors. It is the mean of their squares.",
            {".square().mean()": ".abs().mean()"},
        ),
        Misconception(
            "one_step_more_than_the_context",
            "The model was given one step more than its context.",
            {"history[:, -context:]": "history[:, -context - 1 :]"},
        ),
        Misconception(
            "context_ignored",
            "The model was given more steps than its context. Beyond that the oldest are dropped.",
            {"model(history[:, -context:])": "model(history)"},
        ),
        Misconception(
            "oldest_steps_kept",
            "The context holds the oldest steps. It holds the newest.",
            {"history[:, -context:]": "history[:, :context]"},
        ),
        Misconception(
            "history_returned",
            "The history stands in front of the forecasts. Return the forecasts alone.",
            {"return history[:, L:]": "return history"},
        ),
        Misconception(
            "cut_from_the_graph",
            "Forecasts were detached before they became input. Gradients flow through all steps.",
            {"[:, -1:]\n": "[:, -1:].detach()\n"},
        ),
        Misconception(
            "backwards_in_time",
            "The model was shown the later steps and asked for the earlier ones.",
            {
                "return (model(series[:, :-1]) - series[:, 1:]).square().mean()": "return (model(series[:, 1:]) - series[:, :-1]).square().mean()"
            },
        ),
        Misconception(
            "sum_over_channels",
            "The squares were added over the channels. They are averaged over windows, steps and channels.",
            {".square().mean()": ".square().sum(dim=2).mean()"},
        ),
        Misconception(
            "sum_over_steps",
            "The squares were added over the steps. They are averaged over windows, steps and channels.",
            {".square().mean()": ".square().sum(dim=1).mean()"},
        ),
        Misconception(
            "half_of_the_loss",
            "The loss is half of the mean square. Here it is the mean itself.",
            {".square().mean()": ".square().mean() / 2"},
        ),
        Misconception(
            "divided_by_all_steps",
            "The sum was divided by L steps. There are L - 1 forecasts.",
            {".square().mean()": ".square().sum() / series.numel()"},
        ),
        Misconception(
            "loss_cut_from_the_graph",
            "No gradient reaches the model through the loss.",
            {".square().mean()": ".square().mean().detach()"},
        ),
        Misconception(
            "one_call_per_position",
            "The model was called for each position by itself. It says all forecasts at once, in one call.",
            {
                "return (model(series[:, :-1]) - series[:, 1:]).square().mean()": "said = torch.cat([model(series[:, : t + 1])[:, -1:] for t in range(series.shape[1] - 1)], dim=1)\n    return (said - series[:, 1:]).square().mean()"
            },
        ),
        Misconception(
            "context_that_grows",
            "The history was cut to the context once, and then the input grows with each forecast. The limit holds at each call.",
            {"history[:, -context:]": "history[:, max(0, L - context) :]"},
        ),
        Misconception(
            "one_step_less_than_the_context",
            "The model was given one step less than its context.",
            {"history[:, -context:]": "history[:, -max(1, context - 1) :]"},
        ),
        Misconception(
            "forecast_without_gradients",
            "The forecasts have no gradients. They flow through all steps.",
            {
                "newest = model(history[:, -context:])[:, -1:]": "with torch.no_grad():\n            newest = model(history[:, -context:])[:, -1:]",
                "    for _ in range(horizon):": "    history = history.detach()\n    for _ in range(horizon):",
            },
        ),
        Misconception(
            "no_forecast_is_everything",
            "No step to forecast became the whole history: x[:, -0:] is x[:, 0:].",
            {"return history[:, L:]": "return history[:, -horizon:]"},
        ),
        Misconception(
            "one_call_too_many",
            "The model was called once more than there are steps to forecast.",
            {
                "    for _ in range(horizon):": "    model(history[:, -context:])\n    for _ in range(horizon):"
            },
        ),
        Misconception(
            "everything_appended",
            "All that the model said was appended. Only its last position is a forecast; the others are about steps that are known.",
            {"[:, -1:]\n": "\n"},
        ),
        Misconception(
            "padded_to_the_context",
            "A short history was filled with zeros up to the context. The model takes what there is.",
            {
                "    for _ in range(horizon):": "    if L < context:\n        history = torch.cat([history.new_zeros(len(history), context - L, history.shape[2]), history], dim=1)\n        L = context\n    for _ in range(horizon):"
            },
        ),
        Misconception(
            "first_forecasts_lost",
            "Only what the model still sees was kept, and with the oldest steps the first forecasts of a long horizon are gone. What has been said is kept apart from what is seen.",
            {
                "history = torch.cat([history, newest], dim=1)": "history = torch.cat([history[:, -context:], newest], dim=1)",
                "return history[:, L:]": "return history[:, -horizon:] if horizon else history[:, :0]",
            },
        ),
        Misconception(
            "as_long_as_the_history",
            "For each forecast that was appended the oldest step was dropped, although the context has room for it.",
            {
                "L = history.shape[1]": "said = [history[:, :0]]",
                "history = torch.cat([history, newest], dim=1)": "said.append(newest)\n        history = torch.cat([history[:, 1:], newest], dim=1)",
                "return history[:, L:]": "return torch.cat(said, dim=1)",
            },
        ),
    ],
    "kv_cached_step": [
        Misconception(
            "newest_pair_not_seen",
            "The newest token does not see itself: its pair is appended only after the attention.",
            {
                "    weights = (q @ k.transpose(2, 3) / math.sqrt(q.shape[3])).softmax(dim=-1)\n    return weights @ v, (k, v)": "    seen, mixed = (k, v) if cache is None else (k[:, :, :-1], v[:, :, :-1])\n    if not seen.shape[2]:\n        seen, mixed = k, v\n    weights = (q @ seen.transpose(2, 3) / math.sqrt(q.shape[3])).softmax(dim=-1)\n    return weights @ mixed, (k, v)"
            },
        ),
        Misconception(
            "scale_forgotten",
            "The scores are not divided by the root of the width of a head.",
            {" / math.sqrt(q.shape[3])": ""},
        ),
        Misconception(
            "scaled_by_the_length",
            "The scores were divided by the root of the number of keys. It is the root of the width.",
            {"math.sqrt(q.shape[3])": "math.sqrt(k.shape[2])"},
        ),
        Misconception(
            "new_pair_in_front",
            "The new pair was put in front of the old ones. The oldest come first, else a limit drops the wrong ones.",
            {
                "torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)": "torch.cat([k, cache[0]], dim=2), torch.cat([v, cache[1]], dim=2)"
            },
        ),
        Misconception(
            "oldest_pairs_kept",
            "A full cache keeps its oldest pairs. It keeps the newest.",
            {"k[:, :, -max_len:], v[:, :, -max_len:]": "k[:, :, :max_len], v[:, :, :max_len]"},
        ),
        Misconception(
            "limit_after_the_attention",
            "The cache was cut only after the attention: one pair more than the limit is seen.",
            {
                "    if max_len is not None:\n        k, v = k[:, :, -max_len:], v[:, :, -max_len:]\n": "    K, V = (k, v) if max_len is None else (k[:, :, -max_len:], v[:, :, -max_len:])\n",
                "return weights @ v, (k, v)": "return weights @ v, (K, V)",
            },
        ),
        Misconception(
            "limit_ignored",
            "The cache grows beyond its limit.",
            {
                "if max_len is not None:": "if max_len is None:\n        max_len = k.shape[2]\n    elif False:"
            },
        ),
        Misconception(
            "keys_for_values",
            "The weights mix the keys. They mix the values.",
            {"return weights @ v, (k, v)": "return weights @ k, (k, v)"},
        ),
        Misconception(
            "places_begin_again",
            "With the first forecast the places begin at 0 again. They go on from the history.",
            {"step(x, place, cache)": "step(x, place if place < L else place - L, cache)"},
        ),
        Misconception(
            "one_place_too_late",
            "Forecasts stand one place too far: the first forecast is the step right after the history.",
            {"step(x, place, cache)": "step(x, place if place < L else place + 1, cache)"},
        ),
        Misconception(
            "one_forecast_too_many",
            "The last forecast was given to the model as well, which nobody needs. The step before the last says the last forecast.",
            {"range(L + horizon - 1)": "range(L + horizon)"},
        ),
        Misconception(
            "forecasts_of_the_history",
            "What the model says about the steps of the history was returned, too. The first forecast is what it says at the last of them.",
            {"if place >= L - 1:": "if place >= 0:"},
        ),
        Misconception(
            "cache_not_handed_on",
            "The cache is thrown away between the steps.",
            {"y, cache = step(x, place, cache)": "y, _ = step(x, place, cache)"},
        ),
        Misconception(
            "last_step_read_twice",
            "The last known step was given to the model twice: once with the history, and once to begin the forecast. What it says the first time is the first forecast.",
            {
                "range(L + horizon - 1)": "range(L + horizon)",
                "x = history[:, place : place + 1] if place < L else said[-1]": "x = history[:, min(place, L - 1) : min(place, L - 1) + 1] if place <= L else said[-1]",
                "if place >= L - 1:": "if place >= L:",
            },
        ),
        Misconception(
            "attention_before_appending",
            "The attention ran over the old pairs, and the new one was appended afterwards. The newest token sees itself.",
            {
                "weights = (q @ k.transpose(2, 3) / math.sqrt(q.shape[3])).softmax(dim=-1)": "old, seen = (k, v) if cache is None else cache\n    weights = (q @ old.transpose(2, 3) / math.sqrt(q.shape[3])).softmax(dim=-1)",
                "return weights @ v, (k, v)": "return weights @ seen, (k, v)",
            },
        ),
        Misconception(
            "divided_by_the_width",
            "The scores were divided by the width. It is its root.",
            {"math.sqrt(q.shape[3])": "q.shape[3]"},
        ),
        Misconception(
            "width_of_all_heads",
            "The scores were divided by the root of the width of all heads. It is the width of one.",
            {"math.sqrt(q.shape[3])": "math.sqrt(q.shape[1] * q.shape[3])"},
        ),
        Misconception(
            "softmax_over_heads",
            "The softmax ran over the heads. It runs over the keys.",
            {"softmax(dim=-1)": "softmax(dim=1)"},
        ),
        Misconception(
            "softmax_over_queries",
            "The softmax ran over the queries, of which there is one, so that each weight is 1. It runs over the keys.",
            {"softmax(dim=-1)": "softmax(dim=2)"},
        ),
        Misconception(
            "cache_not_cut",
            "What is seen was limited, but the cache that is handed on was not.",
            {
                "    if max_len is not None:": "    K, V = k, v\n    if max_len is not None:",
                "return weights @ v, (k, v)": "return weights @ v, (K, V)",
            },
        ),
        Misconception(
            "new_pair_beyond_the_limit",
            "The new pair was not counted in the limit: one pair too many is kept and seen.",
            {"k[:, :, -max_len:], v[:, :, -max_len:]": "k[:, :, -max_len - 1 :], v[:, :, -max_len - 1 :]"},
        ),
        Misconception(
            "one_pair_dropped",
            "One pair was dropped when the cache was full. A cache may be longer than the limit by more than one.",
            {
                "if max_len is not None:": "if max_len is not None and k.shape[2] > max_len:",
                "k[:, :, -max_len:], v[:, :, -max_len:]": "k[:, :, 1:], v[:, :, 1:]",
            },
        ),
        Misconception(
            "cache_emptied_when_full",
            "A full cache was emptied. Of a full cache only the oldest pairs go.",
            {
                "if max_len is not None:": "if max_len is not None and k.shape[2] > max_len:",
                "k[:, :, -max_len:], v[:, :, -max_len:]": "k[:, :, -1:], v[:, :, -1:]",
            },
        ),
        Misconception(
            "masked_like_a_whole_sequence",
            "A causal mask was laid on a single row as if its query were the first step. It is the newest, and may see all keys.",
            {
                "weights = (q @ k.transpose(2, 3) / math.sqrt(q.shape[3])).softmax(dim=-1)": "scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[3])\n    weights = scores.masked_fill(~torch.ones(scores.shape[2:], dtype=torch.bool).tril(), -math.inf).softmax(dim=-1)"
            },
        ),
        Misconception(
            "exponentials_overflow",
            "Large scores overflow in the exponential. Take out the largest first, or let torch do the softmax.",
            {
                "weights = (q @ k.transpose(2, 3) / math.sqrt(q.shape[3])).softmax(dim=-1)": "weights = (q @ k.transpose(2, 3) / math.sqrt(q.shape[3])).exp()\n    weights = weights / weights.sum(dim=-1, keepdim=True)"
            },
        ),
        Misconception(
            "only_the_newest_kept",
            "The new cache holds the newest pair alone. It goes on from the old one.",
            {"return weights @ v, (k, v)": "return weights @ v, (k[:, :, -1:], v[:, :, -1:])"},
        ),
        Misconception(
            "forecasts_at_place_0",
            "All forecasts stand at place 0. Places go on from the history.",
            {"step(x, place, cache)": "step(x, place if place < L else 0, cache)"},
        ),
        Misconception(
            "places_from_one",
            "Places are counted from 1. The first step of the history has place 0.",
            {"step(x, place, cache)": "step(x, place + 1, cache)"},
        ),
        Misconception(
            "one_call_too_many",
            "The last forecast was given to the model as well, and what it said thrown away.",
            {
                "range(L + horizon - 1)": "range(L + horizon)",
                "return torch.cat(said, dim=1)": "return torch.cat(said[:-1], dim=1)",
            },
        ),
        Misconception(
            "cache_left_behind",
            "The forecast begins with an empty cache. What the history left in it is needed.",
            {"step(x, place, cache)": "step(x, place, None if place == L else cache)"},
        ),
        Misconception(
            "history_without_a_cache",
            "Each step of the history was read with an empty cache.",
            {"step(x, place, cache)": "step(x, place, None if place < L else cache)"},
        ),
        Misconception(
            "history_not_read",
            "Only the last step of the history was read. The cache has to know all of them.",
            {"range(L + horizon - 1)": "range(L - 1, L + horizon - 1)"},
        ),
    ],
    "dlinear": [
        Misconception(
            "zeros_beyond_the_ends",
            "Zeros were put beyond the ends. The trend then bends towards zero at the newest step; repeat the first and the last value.",
            {
                "x[:, :1].expand(-1, ends, -1), x, x[:, -1:].expand(-1, ends, -1)": "0 * x[:, :1].expand(-1, ends, -1), x, 0 * x[:, :1].expand(-1, ends, -1)"
            },
        ),
        Misconception(
            "trailing_average",
            "The average looks back only. It is centred: as many steps before as after.",
            {
                "x[:, :1].expand(-1, ends, -1), x, x[:, -1:].expand(-1, ends, -1)": "x[:, :1].expand(-1, k - 1, -1), x"
            },
        ),
        Misconception(
            "trend_first",
            "Season and trend are exchanged. The season comes first.",
            {"return x - trend, trend": "return trend, x - trend"},
        ),
        Misconception(
            "season_not_subtracted",
            "The season is the window itself. It is what is left when the trend is taken out.",
            {"return x - trend, trend": "return x + 0, trend"},
        ),
        Misconception(
            "shorter_averages_at_the_ends",
            "Near the ends the average runs over fewer steps. It always runs over k, of which some repeat the first or the last value.",
            {
                "trend = padded.unfold(1, k, 1).mean(dim=-1)": "trend = torch.stack([x[:, max(0, t - ends) : t + ends + 1].mean(dim=1) for t in range(x.shape[1])], dim=1)"
            },
        ),
        Misconception(
            "even_lengths_accepted",
            "An even number of steps was accepted. Their average has no centre.",
            {"if k < 1 or k % 2 == 0:": "if k < 1:"},
        ),
        Misconception(
            "length_not_checked",
            "A length that has no centre, or is no length at all, was not refused.",
            {"if k < 1 or k % 2 == 0:": "if False:"},
        ),
        Misconception(
            "maps_exchanged",
            "Each part goes through the other's map.",
            {
                "w_season @ season + w_trend @ trend + bias": "w_trend @ season + w_season @ trend + bias",
                "w_season @ season[0] + w_trend @ trend[0]": "w_trend @ season[0] + w_season @ trend[0]",
            },
        ),
        Misconception(
            "bias_per_channel",
            "The bias was added along the channels. There is one number per step of the horizon.",
            {"+ bias[:, None]": "+ bias"},
        ),
        Misconception(
            "bias_forgotten",
            "The bias is missing.",
            {"+ bias[:, None]": "+ 0 * bias[:, None]"},
        ),
        Misconception(
            "bias_twice",
            "Both maps add the bias. It is added once.",
            {"+ bias[:, None]": "+ 2 * bias[:, None]"},
        ),
        Misconception(
            "average_transposed",
            "The averaging matrix was transposed. Its rows are the steps of the trend; near the ends it is not symmetric.",
            {
                "w_season @ season[0] + w_trend @ trend[0]": "w_season @ season[0].T + w_trend @ trend[0].T"
            },
        ),
        Misconception(
            "sum_of_the_maps",
            "The two maps were added, as if both saw the whole window.",
            {"w_season @ season[0] + w_trend @ trend[0]": "w_season + w_trend"},
        ),
        Misconception(
            "mirrored_at_the_ends",
            "Beyond the ends the values were mirrored. The first and the last value are repeated.",
            {
                "padded = torch.cat([x[:, :1].expand(-1, ends, -1), x, x[:, -1:].expand(-1, ends, -1)], dim=1)": 'padded = torch.nn.functional.pad(x.transpose(1, 2), (ends, ends), mode="reflect").transpose(1, 2)'
            },
        ),
        Misconception(
            "negative_lengths_accepted",
            "A length below 1 was not refused, or by another error.",
            {"if k < 1 or k % 2 == 0:": "if k % 2 == 0:"},
        ),
        Misconception(
            "average_over_25",
            "The average runs over 25 steps, as in the published code, whatever k is.",
            {"ends = k // 2": "k = 25\n    ends = k // 2"},
        ),
        Misconception(
            "length_ignored",
            "The forecast uses another length of the average than the one it was given.",
            {"season, trend = series_decomp(x, k)": "season, trend = series_decomp(x, 3)"},
        ),
        Misconception(
            "matrix_transposed",
            "The matrix is transposed. Its rows are the steps of the horizon.",
            {
                "return w_season @ season[0] + w_trend @ trend[0]": "return (w_season @ season[0] + w_trend @ trend[0]).T"
            },
        ),
        Misconception(
            "maps_exchanged_in_the_matrix",
            "In the matrix each part goes through the other's map.",
            {
                "w_season @ season[0] + w_trend @ trend[0]": "w_trend @ season[0] + w_season @ trend[0]"
            },
        ),
        Misconception(
            "unit_vectors_in_float32",
            "The unit vectors have a dtype of their own. They share that of the maps.",
            {"dtype=w_season.dtype": "dtype=torch.float32"},
        ),
        Misconception(
            "window_changed",
            "The trend was taken out of the window itself, which the caller still needs.",
            {"return x - trend, trend": "return x.sub_(trend), trend"},
        ),
        Misconception(
            "mean_in_front",
            "In front of the window its mean was repeated. It is its first value.",
            {
                "x[:, :1].expand(-1, ends, -1), x,": "x.mean(dim=1, keepdim=True).expand(-1, ends, -1), x,"
            },
        ),
    ],
    "auto_correlation": [
        Misconception(
            "lags_mirrored",
            "All lags are mirrored: the conjugate was taken of the queries, or the values were moved the other way, as in the published code. R at a lag compares a query with the key "
            "that many steps before it, and the value of that key is what the query wants.",
            {
                "torch.fft.rfft(q, dim=2) * torch.fft.rfft(k, dim=2).conj()": "torch.fft.rfft(q, dim=2).conj() * torch.fft.rfft(k, dim=2)"
            },
        ),
        Misconception(
            "convolution_for_correlation",
            "Nothing was conjugated. The product of two spectra is a convolution, in which one of the two runs backwards.",
            {"torch.fft.rfft(k, dim=2).conj()": "torch.fft.rfft(k, dim=2)"},
        ),
        Misconception(
            "softmax_over_all_lags",
            "The softmax ran over all lags before some were chosen. The weights of the chosen ones add up to 1.",
            {
                "top, lags = R.topk(top_k, dim=-1)": "top, lags = R.softmax(dim=-1).topk(top_k, dim=-1)",
                "weights = top.softmax(dim=-1)": "weights = top",
            },
        ),
        Misconception(
            "weights_without_softmax",
            "The correlations themselves, divided by their sum, are the weights. They go through a softmax, since some may be negative.",
            {"weights = top.softmax(dim=-1)": "weights = top / top.sum(dim=-1, keepdim=True)"},
        ),
        Misconception(
            "equal_weights",
            "All chosen lags have equal weights. The softmax of their correlations gives the weights.",
            {"weights = top.softmax(dim=-1)": "weights = torch.full_like(top, 1 / top_k)"},
        ),
        Misconception(
            "softmax_over_the_windows",
            "The softmax ran over the windows of the batch. It runs over the lags of one window.",
            {"weights = top.softmax(dim=-1)": "weights = top.softmax(dim=0)"},
        ),
        Misconception(
            "mean_over_time",
            "R was divided by the number of steps. It is a sum over time, and the softmax feels the difference.",
            {".mean(dim=(1, 3))": ".mean(dim=(1, 3)) / L"},
        ),
        Misconception(
            "sum_over_heads",
            "R was added over heads and width. It is their mean.",
            {".mean(dim=(1, 3))": ".sum(dim=(1, 3))"},
        ),
        Misconception(
            "one_choice_for_the_batch",
            "The lags were chosen once, for the average of all windows. Each window has lags of its own.",
            {".mean(dim=(1, 3))": ".mean(dim=(0, 1, 3))[None].expand(len(q), -1)"},
        ),
        Misconception(
            "largest_size",
            "The lags with the largest size of R were chosen. A strong negative correlation is no likeness.",
            {
                "top, lags = R.topk(top_k, dim=-1)": "lags = R.abs().topk(top_k, dim=1)[1]\n    top = R.gather(1, lags)"
            },
        ),
        Misconception(
            "zeros_at_the_ends",
            "What is moved beyond the end is replaced by zeros. It comes back at the other end.",
            {
                "for b in range(len(v))])": "for b in range(len(v))]) * (torch.arange(L, device=q.device) >= lags[..., None])[:, None, :, :, None]"
            },
        ),
        Misconception(
            "modes_written_to_the_front",
            "The products were written to the first frequencies, as in the published code. Each stays at its own.",
            {"new[:, modes] = torch": "new[:, : len(modes)] = torch"},
        ),
        Misconception(
            "frequencies_not_checked",
            "A frequency that is not there was not refused. A negative one then reads the spectrum from its end, silently.",
            {"if not ((modes >= 0) & (modes < spectrum.shape[1])).all():": "if False:"},
        ),
        Misconception(
            "length_forgotten",
            "irfft was not told the length: an odd window comes back one step short.",
            {"return torch.fft.irfft(new, n=L, dim=1)": "return torch.fft.irfft(new, dim=1)"},
        ),
        Misconception(
            "matrices_transposed",
            "The matrices were applied to column vectors. Row vectors are multiplied from the left.",
            {'"bmd,mde->bme"': '"bmd,med->bme"'},
        ),
        Misconception(
            "real_weights",
            "Only the real part of the matrices was used. The imaginary part moves a wave in time.",
            {
                "spectrum[:, modes], weight)": "spectrum[:, modes], torch.complex(weight.real, 0 * weight.real))"
            },
        ),
        Misconception(
            "other_frequencies_kept",
            "Frequencies that were not chosen pass unchanged. Here they are left out.",
            {"torch.zeros_like(spectrum)": "spectrum.clone()"},
        ),
        Misconception(
            "sum_over_the_width",
            "R was added over the width, as in a scalar product. It is a mean over heads and width.",
            {".mean(dim=(1, 3))": ".mean(dim=1).sum(dim=-1)"},
        ),
        Misconception(
            "sum_over_the_heads",
            "R was added over the heads. It is a mean over heads and width.",
            {".mean(dim=(1, 3))": ".sum(dim=1).mean(dim=-1)"},
        ),
        Misconception(
            "scaled_like_attention",
            "R was divided by the root of the width, as scores are. It is a mean already.",
            {".mean(dim=(1, 3))": ".mean(dim=(1, 3)) / math.sqrt(q.shape[3])"},
        ),
        Misconception(
            "orthonormal_transforms",
            "The transforms were scaled, and R with them by the root of L. With the usual ones R is a sum over time.",
            {
                "torch.fft.rfft(q, dim=2) * torch.fft.rfft(k, dim=2).conj()": 'torch.fft.rfft(q, dim=2, norm="ortho") * torch.fft.rfft(k, dim=2, norm="ortho").conj()',
                "torch.fft.irfft(spectrum, n=L, dim=2)": 'torch.fft.irfft(spectrum, n=L, dim=2, norm="ortho")',
            },
        ),
        Misconception(
            "length_forgotten_in_the_correlation",
            "On its way back the correlation was not told the length: for an odd one a lag is missing.",
            {"torch.fft.irfft(spectrum, n=L, dim=2)": "torch.fft.irfft(spectrum, dim=2)"},
        ),
        Misconception(
            "lags_of_the_batch",
            "One set of lags was chosen for all windows, as the published code does in training. Each window has lags of its own.",
            {
                "top, lags = R.topk(top_k, dim=-1)": "lags = R.mean(dim=0).topk(top_k)[1].expand(len(R), -1)\n    top = R.gather(1, lags)"
            },
        ),
        Misconception(
            "lags_of_the_first_window",
            "The values of all windows were moved by the lags of the first.",
            {"source[b]": "source[0]"},
        ),
        Misconception(
            "smallest_correlations",
            "The lags with the smallest R were chosen.",
            {"R.topk(top_k, dim=-1)": "R.topk(top_k, dim=-1, largest=False)"},
        ),
        Misconception(
            "lag_0_left_out",
            "Lag 0 was left out. It is a lag like the others.",
            {
                "top, lags = R.topk": "R = R.index_fill(1, torch.tensor([0]), -math.inf)\n    top, lags = R.topk"
            },
        ),
        Misconception(
            "one_lag_too_many",
            "One lag more was chosen than asked for.",
            {"R.topk(top_k, dim=-1)": "R.topk(min(top_k + 1, L), dim=-1)"},
        ),
        Misconception(
            "held_at_the_start",
            "Before the first step its value was repeated. The lags are circular: what leaves at one end comes back at the other.",
            {"- lags[..., None]) % L": "- lags[..., None]).clamp(min=0)"},
        ),
        Misconception(
            "mean_of_the_weighted",
            "The weighted values were averaged. Their weights add up to 1 already.",
            {"weights = top.softmax(dim=-1)": "weights = top.softmax(dim=-1) / top_k"},
        ),
        Misconception(
            "zeros_beyond_the_window",
            "The correlation ran over zeros beyond the ends, so that it is not circular.",
            {
                "torch.fft.rfft(q, dim=2) * torch.fft.rfft(k, dim=2).conj()": "torch.fft.rfft(q, n=2 * L, dim=2) * torch.fft.rfft(k, n=2 * L, dim=2).conj()",
                "torch.fft.irfft(spectrum, n=L, dim=2)": "torch.fft.irfft(spectrum, n=2 * L, dim=2)[:, :, :L]",
            },
        ),
        Misconception(
            "matrices_conjugated",
            "The matrices were conjugated. They are used as they are.",
            {"spectrum[:, modes], weight)": "spectrum[:, modes], weight.conj())"},
        ),
        Misconception(
            "frequencies_sorted",
            "The frequencies were sorted, and their matrices stayed where they were: each frequency has a matrix of its own.",
            {"    new[:, modes] = torch": "    modes = modes.sort()[0]\n    new[:, modes] = torch"},
        ),
        Misconception(
            "negative_frequencies_accepted",
            "A negative frequency was not refused. It reads the spectrum from its end, silently.",
            {"(modes >= 0) & (modes < spectrum.shape[1])": "modes < spectrum.shape[1]"},
        ),
        Misconception(
            "one_frequency_beyond",
            "The frequency right above half of the length was not refused, or by another error.",
            {"modes < spectrum.shape[1])": "modes <= spectrum.shape[1])"},
        ),
        Misconception(
            "spectrum_in_single_precision",
            "The new spectrum has half of the digits, whatever the values have. It has the dtype of the old one.",
            {
                "torch.zeros_like(spectrum)": "torch.zeros(spectrum.shape, dtype=torch.complex64)",
                "spectrum[:, modes], weight)": "spectrum[:, modes], weight).to(new.dtype)",
            },
        ),
        Misconception(
            "one_half_of_the_spectrum",
            "Only one half of the spectrum was filled before going back. A real series has both, one the conjugate of the other; `irfft` knows.",
            {
                "return torch.fft.irfft(new, n=L, dim=1)": "return torch.fft.ifft(torch.cat([new, new.new_zeros(len(x), L - new.shape[1], x.shape[2])], dim=1), dim=1).real"
            },
        ),
    ],
}
