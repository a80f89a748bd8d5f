"""Templates and the filters they use: other people's words reach a page through these alone, escaped and cut."""

from __future__ import annotations

from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from etl.report.words import count_noun, show, show_lines, show_number, tell_dates, tell_people

ENVIRONMENT: Final = Environment(
    loader=PackageLoader("etl.report"),
    autoescape=True,
    undefined=StrictUndefined,
    keep_trailing_newline=True,
)
ENVIRONMENT.filters |= {
    "show": show,
    "show_lines": show_lines,
    "number": show_number,
    "count": count_noun,
    "dates": tell_dates,
    "people_line": tell_people,
}
