"""The look of the course's figures: one palette, direct labels, legible on white and on dark.

Applied by :func:`dlcourse.demo` around each demo, so that a notebook's code sets nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31")
"""Colours that colour-blind readers can tell apart (Okabe and Ito, 2008; yellow, which white
swallows, is a brown).
"""

INK = "#7A7A7A"
"""Grey of text and axes; contrast of at least 4:1 against white and against JupyterLab's dark
theme.
"""


def style() -> dict[str, Any]:
    """Settings for :func:`matplotlib.rc_context`."""
    from matplotlib.rcsetup import cycler

    return {
        "figure.facecolor": "none",
        "figure.constrained_layout.use": True,
        "figure.figsize": (8.0, 3.6),
        "axes.facecolor": "none",
        "axes.prop_cycle": cycler(color=PALETTE),
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "axes.titlecolor": INK,
        "axes.titlesize": "medium",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "grid.color": INK,
        "grid.alpha": 0.25,
        "legend.frameon": False,
        "legend.labelcolor": "linecolor",
        "lines.linewidth": 1.8,
        "savefig.transparent": True,
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.minor.size": 0.0,
        "ytick.minor.size": 0.0,
        "image.cmap": "viridis",
    }


def bars(
    axes: Axes,
    values: Mapping[str, float],
    colours: Sequence[str],
    form: str = "%.2f",
    guessed: Mapping[str, object] | None = None,
) -> None:
    """Horizontal bars with their numbers at the ends, the first on top, and crosses where somebody
    guessed.

    Args:
        axes: they are drawn there.
        values: by name of the bar.
        colours: one for each.
        form: of the numbers, in the style of ``%``.
        guessed: by name of the bar; what is no number, or belongs to no bar, is left out.
    """
    drawn = axes.barh(list(values), list(values.values()), color=colours)
    axes.bar_label(drawn, fmt=form, padding=3)
    for name, guess in (guessed or {}).items():
        if name in values and isinstance(guess, (int, float)):
            axes.plot(guess, name, "X", ms=10, color="C3")
    axes.invert_yaxis()


def label_ends(axes: Axes, gap: float = 0.045) -> None:
    """Write each line's label at its right end, in its colour, instead of a legend.

    Args:
        axes: its lines with a label are taken; those without one are left alone.
        gap: least distance of two labels, as a part of the height of the axes.
    """
    if axes.figure is None:
        return
    axes.figure.canvas.draw()  # the scale must be final
    to_axes = axes.transData + axes.transAxes.inverted()
    ends: list[tuple[float, Line2D]] = []
    for line in axes.lines:
        x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
        if not str(line.get_label()).startswith("_") and y.size:
            ends.append((float(to_axes.transform((x[-1], y[-1]))[1]), line))
    lowest = -np.inf
    for height, line in sorted(ends, key=lambda end: end[0]):
        lowest = max(height, lowest + gap)
        axes.text(
            1.01,
            lowest,
            str(line.get_label()),
            color=line.get_color(),
            transform=axes.transAxes,
            va="center",
        )
