"""Templates and the filters they use: other people's words reach a page through these alone, escaped and cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from etl.escape import escape_lines, escape_text
from etl.report.plots import show_number

if TYPE_CHECKING:
    from collections.abc import Mapping


def show(text: str, limit: int) -> str:
    r"""Make somebody's text showable: white space becomes one space, controls are written out, too much is cut.

    >>> show("a\n b\x1b[31m", 80), show("abcdef", 5)
    ('a b\\x1b[31m', 'abcd…')
    """
    return _cut(escape_text(" ".join(text.split())), limit)


def show_lines(text: str, limit: int) -> str:
    r"""Do the same line by line.

    >>> show_lines("a\n\x00b", 80)
    'a\n\\x00b'
    """
    return _cut(escape_lines(text), limit)


def count_noun(number: int, noun: str) -> str:
    """Write a number with what it counts.

    >>> count_noun(1, "paper"), count_noun(1200, "paper")
    ('1 paper', '1,200 papers')
    """
    return f"{show_number(number)} {noun}{'' if number == 1 else 's'}"


def tell_dates(paper: Mapping[str, Any]) -> list[str]:
    """Tell when a paper was listed and published, as far as that is known."""
    return [
        f"{verb} {day}"
        for verb, day in (("listed", paper["first_listed_on"]), ("published", paper["published_on"]))
        if day is not None
    ] or ["day unknown"]


def tell_people(paper: Mapping[str, Any]) -> str:
    """Tell who a paper is by, as far as that is printed."""
    authors = [] if paper["author_count"] is None else [count_noun(paper["author_count"], "author")]
    organization = paper["organization_name"] or paper["organization_handle"]
    return " · ".join([*([organization] if organization else []), *authors]) or "authors unknown"


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


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
