"""Thumbnails: pictures in less than a thousand letters, for places that show no more without a click.

They have no axes and few words; a release's report has the same figures in plots of its own. Equal numbers give equal
text.
"""

from __future__ import annotations

import html
import itertools
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from etl.report.plots import COLORS, Part
from etl.report.words import show_number, show_share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH: Final = 320
_TOP: Final = 18
_PLOT: Final = 72
_LINE: Final = 18
_NAMES: Final = 190
"""Where the names of a breakdown end and its bars begin."""
_UNESCAPED: Final = "=/:'; ,."
"""Signs that stand in an address of a picture as they are, since there are many of them."""
_FRAME: Final = (
    "<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' font-family='sans-serif' font-size='11' "
    "style='background:#fff'>{inside}</svg>"
)


def draw_small_bars(labels: Sequence[str], series: Mapping[str, Sequence[int]], *, colors: Sequence[str]) -> str:
    """Draw stacked bars as SVG, with the first and last label, the names of the series and the highest bar's amount."""
    totals = [list(itertools.accumulate(amounts)) for amounts in zip(*series.values(), strict=True)]
    highest = max((column[-1] for column in totals), default=0)
    step = WIDTH // max(len(labels), 1)
    used = [COLORS[color] for color in colors[: len(series)]]
    shapes = [
        f"<path fill='{color}' d='{_trace([column[place] for column in totals], highest, step)}'/>"
        for place, color in reversed(list(enumerate(used)))
    ]
    names = "".join(
        f"<tspan fill='{color}'>{html.escape(name)} </tspan>" for name, color in zip(series, used, strict=True)
    )
    ends = [_write(0, _TOP + _PLOT + 14, label) for label in labels[:1]]
    ends += [_write(WIDTH, _TOP + _PLOT + 14, label, at_end=True) for label in labels[1:][-1:]]
    most = _write(WIDTH, 11, f"most: {show_number(highest)}", at_end=True)
    return _frame(_TOP + _PLOT + _LINE, f"<text y='11'>{names}</text>", most, *shapes, *ends)


def draw_small_parts(parts: Sequence[Part]) -> str:
    """Draw the parts of a whole as SVG: a line each, with its amount, its share and a bar."""
    total = sum(part.amount for part in parts)
    lines = []
    for number, part in enumerate(parts):
        length = max(round((WIDTH - _NAMES) * part.amount / max(total, 1)), min(part.amount, 1))
        text = f"{part.label} {show_number(part.amount)} · {show_share(part.amount, total)}"
        bar = f"<path fill='{COLORS[part.color]}' d='M{_NAMES} {_LINE * number + 3}h{length}v12h-{length}z'/>"
        lines += [_write(0, _LINE * number + 13, text), bar]
    return _frame(_LINE * len(parts), *lines)


def make_address(svg: str) -> str:
    """Make the address of a picture that holds the picture itself.

    >>> make_address("<svg fill='#fff'/>")
    "data:image/svg+xml,%3Csvg fill='%23fff'/%3E"
    """
    return f"data:image/svg+xml,{quote(svg, safe=_UNESCAPED)}"


def _trace(heights: Sequence[int], highest: int, step: int) -> str:
    """Trace the outline of neighbouring bars; bars of one height are one stretch."""
    base = _TOP + _PLOT
    tops = [base - round(_PLOT * height / max(highest, 1)) for height in heights]
    stretches = [(top, len(list(bars))) for top, bars in itertools.groupby(tops)]
    return f"M0 {base}{''.join(f'V{top}h{step * length}' for top, length in stretches)}V{base}z"


def _write(x: int, y: int, text: str, *, at_end: bool = False) -> str:
    place = f"x='{x}' y='{y}'" + (" text-anchor='end'" if at_end else "")
    return f"<text {place}>{html.escape(text)}</text>"


def _frame(height: int, *inside: str) -> str:
    return _FRAME.format(width=WIDTH, height=height, inside="".join(inside))
