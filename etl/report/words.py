"""Numbers, dates and other people's texts as words for a page, a picture or a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etl.escape import escape_lines, escape_text

if TYPE_CHECKING:
    from collections.abc import Mapping


def show_number(number: int) -> str:
    """Write a count for people.

    >>> show_number(114720)
    '114,720'
    """
    return f"{number:,}"


def show_share(part: int, whole: int) -> str:
    """Write a share of a whole in percent; what is little is never shown as nothing, nor as all.

    >>> show_share(1, 3), show_share(1, 100_000), show_share(99_999, 100_000), show_share(0, 5), show_share(5, 5)
    ('33.3 %', '< 0.1 %', '> 99.9 %', '0 %', '100 %')
    """
    if part in {0, whole}:
        return "100 %" if part else "0 %"
    permille = 1000 * part / whole
    if permille < 1:
        return "< 0.1 %"
    return "> 99.9 %" if permille > 999 else f"{permille / 10:.1f} %"  # noqa: PLR2004 - see the doctest


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


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
