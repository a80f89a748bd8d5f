"""Pictures of a release: small plots that take numbers and give a figure, which becomes SVG.

All have the same size, chosen so that their letters are readable on a phone and two stand side by side on a desk. Equal
numbers give equal bytes: no date, no random names inside.
"""

from __future__ import annotations

import contextlib
import functools
import html
import io
import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from etl.report.words import show_number, show_share

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matplotlib.axes import Axes

WIDTH: Final = 360
HEIGHT: Final = 216

COLORS: Final = {
    "ink": "#221f1d",
    "muted": "#6d665f",
    "line": "#ded7cc",
    "first": "#b2452b",
    "second": "#2f6f8f",
    "third": "#c79a3b",
    "fourth": "#8b8378",
    "alarm": "#8f1d3f",
}
"""Colours by role, as on light paper; in SVG each is a CSS variable (``--ink``), so that the page can darken them."""

# Without a folder to write to it warns at every start that its list of fonts is not kept.
logging.getLogger("matplotlib").setLevel(logging.ERROR)

_SETTINGS: Final[Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "svg.fonttype": "none",
    "svg.hashsalt": "paperhouse",
    "text.parse_math": False,
}
_DPI: Final = 72
"""A point of the figure is a pixel of the page."""
_LEAST_THICKNESS: Final = 0.006
"""Of a ribbon, as a share of the height, so that a few bytes among millions can still be seen."""
_LABEL_HEIGHT: Final = 0.145
"""Of a label's two lines."""
_GAP: Final = 0.07
_POST: Final = 0.018
_FAR: Final = 0.54
"""Where the streams end, as a share of the width."""
_MOST_LABELS: Final = 6
_THOUSAND: Final = 1000
_FONT_FAMILY: Final = re.compile(r" font-family: [^;]+;")
_FIXED_SIZE: Final = re.compile(r' (?:width|height)="[0-9.]+pt"')
_OUTSIDE_NAMES: Final = re.compile(r'(?<=<g) id="[^"]*"|<style.*?</style>', re.DOTALL)
"""Names and rules that would meet those of the next picture on the same page."""


@contextlib.contextmanager
def _use_own_settings() -> Iterator[None]:
    """Draw with the library's defaults and ours, whatever the user's own file of settings says."""
    with mpl.rc_context():
        # As rc_context itself does: setting them by their names checks all three hundred each time.
        settings: Any = mpl.rcParams
        dict.update(settings, _make_settings())
        yield


@functools.cache
def _make_settings() -> dict[str, Any]:
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        settings: Any = mpl.rcParams
        return dict(settings)


@dataclass(frozen=True)
class Part:
    """A part of a whole, in a colour named by its role."""

    label: str
    amount: int
    color: str


@_use_own_settings()
def draw_flow(whole: str, parts: Sequence[Part]) -> Figure:
    """Draw how a whole parts into streams as thick as their amounts; parts of nothing are left out."""
    figure, axes = _open_figure((0.01, 0.02, 0.98, 0.96))
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(1, 0))
    streams = [part for part in parts if part.amount > 0]
    total = sum(part.amount for part in streams)
    gaps = _GAP * max(len(streams) - 1, 0)
    heights = _share_height([part.amount for part in streams], 1 - gaps)
    lefts = [gaps / 2 + sum(heights[:number]) for number in range(len(streams))]
    rights = [sum(heights[:number]) + _GAP * number for number in range(len(streams))]
    axes.add_patch(Rectangle((0, gaps / 2), _POST, 1 - gaps, color=COLORS["ink"], linewidth=0))
    middles = [right + height / 2 for right, height in zip(rights, heights, strict=True)]
    for part, left, right, height, label in zip(streams, lefts, rights, heights, _spread(middles), strict=True):
        axes.add_patch(_make_ribbon(left, right, height, COLORS[part.color]))
        axes.add_patch(Rectangle((_FAR, right), _POST, height, color=COLORS[part.color], linewidth=0))
        axes.plot((_FAR + _POST, _FAR + 0.035), (right + height / 2, label), color=COLORS[part.color], linewidth=0.9)
        text = f"{part.label}\n{show_number(part.amount)} · {show_share(part.amount, total)}"
        axes.text(_FAR + 0.045, label, text, va="center", color=COLORS["ink"], fontsize=10.5)
    axes.text(0.04, 0.5, whole, va="center", color=COLORS["ink"], weight="bold")
    return figure


@_use_own_settings()
def draw_bars(labels: Sequence[str], series: Mapping[str, Sequence[int]], *, colors: Sequence[str]) -> Figure:
    """Draw stacked bars, one per label, with a legend if there are several series; no labels give an empty frame."""
    figure, axes = _open_figure((0.11, 0.13, 0.88, 0.73 if len(series) > 1 else 0.83))
    places = list(range(len(labels)))
    below = [0] * len(labels)
    for (name, amounts), color in zip(series.items(), colors, strict=True):
        axes.add_patch(_make_bars(places, below, amounts, COLORS[color], name))
        below = [low + amount for low, amount in zip(below, amounts, strict=True)]
    _style_axes(axes, labels, max(below, default=0))
    if len(series) > 1:
        axes.legend(
            loc="lower left", bbox_to_anchor=(-0.02, 1), ncols=len(series), frameon=False, fontsize=10.5,
            labelcolor=COLORS["ink"], handlelength=0.9, handleheight=0.9, columnspacing=1.4, handletextpad=0.5,
        )  # fmt: skip
    return figure


@_use_own_settings()
def render_svg(figure: Figure, alt: str) -> str:
    """Render a figure as an SVG element for a page: as wide as its place, in the page's font and colours.

    ``alt`` is what a screen reader says of it.
    """
    text = io.StringIO()
    FigureCanvasSVG(figure).print_figure(
        text, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type"))
    )
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :].strip()
    svg = _OUTSIDE_NAMES.sub("", _FIXED_SIZE.sub("", svg, count=2))
    svg = _FONT_FAMILY.sub("", svg)
    for name, color in COLORS.items():
        svg = svg.replace(color, f"var(--{name}, {color})")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(alt)}" ', 1)


def _open_figure(frame: tuple[float, float, float, float]) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI)
    axes = figure.add_axes(frame)
    figure.patch.set_alpha(0)
    axes.patch.set_alpha(0)
    return figure, axes


def _share_height(amounts: Sequence[int], height: float) -> list[float]:
    """Share a height out, with a least thickness that the thick ones give."""
    total = sum(amounts)
    thick = [max(amount / total, _LEAST_THICKNESS) for amount in amounts]
    return [part / sum(thick) * height for part in thick]


def _spread(middles: Sequence[float]) -> list[float]:
    """Move labels as little as needed, so that they neither meet each other nor leave the picture."""
    lowest = 1 - _LABEL_HEIGHT / 2
    places: list[float] = []
    for number, middle in enumerate(reversed(middles)):
        limit = places[-1] - _LABEL_HEIGHT if places else lowest
        highest = _LABEL_HEIGHT * (len(middles) - number - 0.5)
        places.append(max(min(middle, limit), min(highest, limit)))
    return places[::-1]


def _make_ribbon(left: float, right: float, thickness: float, color: str) -> PathPatch:
    start, end, bend = _POST, _FAR, (_POST + _FAR) / 2
    points: list[tuple[float, float]] = [
        (start, left), (bend, left), (bend, right), (end, right), (end, right + thickness),
        (bend, right + thickness), (bend, left + thickness), (start, left + thickness), (start, left),
    ]  # fmt: skip
    curve = [Path.CURVE4] * 3
    codes: list[Any] = [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY]
    return PathPatch(Path(points, codes), facecolor=color, alpha=0.34, linewidth=0)


def _make_bars(places: Sequence[int], below: Sequence[int], amounts: Sequence[int], color: str, name: str) -> PathPatch:
    """Make all bars of a series as one shape, which is drawn many times faster than as one shape each."""
    corners = [
        [(place - 0.41, low), (place - 0.41, low + height), (place + 0.41, low + height), (place + 0.41, low)]
        for place, low, height in zip(places, below, amounts, strict=True)
    ]
    bars = [Path(bar, closed=False) for bar in corners]
    return PathPatch(Path.make_compound_path(*bars), facecolor=color, linewidth=0, label=name)


def _style_axes(axes: Axes, labels: Sequence[str], highest: int) -> None:
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(COLORS["line"])
    step = max(1, -(-len(labels) // _MOST_LABELS))
    axes.set_xticks(range(0, len(labels), step), labels[::step])
    ticks = choose_ticks(highest)
    axes.set_yticks(ticks, [_shorten_number(tick) for tick in ticks])
    axes.set(xlim=(-0.6, max(len(labels), 1) - 0.4), ylim=(0, max(highest, 1) * 1.04))
    axes.tick_params(length=0, pad=5, labelsize=10, labelcolor=COLORS["muted"])
    axes.grid(axis="y", color=COLORS["line"], linewidth=0.8)
    axes.set_axisbelow(True)


def choose_ticks(highest: int) -> list[int]:
    """Choose round whole numbers from 0 to no more than the highest, two to five of them.

    >>> choose_ticks(7), choose_ticks(1), choose_ticks(0), choose_ticks(12_345)
    ([0, 2, 4, 6], [0, 1], [0, 1], [0, 5000, 10000])
    """
    size = 1
    while True:
        for factor in (1, 2, 5):
            step = size * factor
            if highest < 5 * step:
                return list(range(0, max(highest, 1) + 1, step))
        size *= 10


def _shorten_number(number: int) -> str:
    if number >= _THOUSAND**2:
        return f"{number / _THOUSAND**2:g} M"
    return f"{number / _THOUSAND:g} k" if number >= _THOUSAND else str(number)
