"""What a page prints of a paper: days with or without year, lost footers, organisations, comments, other spellings."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, NamedTuple

from etl.sample.chance import draw, is_within
from etl.sample.crawl import Kind
from etl.sample.names import HUB_HOST, MIRROR_HOST
from etl.sample.pages import damaged_paper, list_papers
from etl.sample.papers import PAPERS_PER_PAGE, invent_paper
from etl.sample.titles import vary_title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from etl.sample.crawl import Page
    from etl.sample.names import Organization
    from etl.sample.papers import Paper

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ORGANIZATIONS_SINCE: Final = dt.date(2025, 8, 1)
"""From this day on, pages print an organisation in the place of the number of authors."""

_MISSING_FOOTERS_PERMILLE: Final = 15
_MISSING_FOOTERS_OF_ORGANIZATIONS_PERMILLE: Final = 80
_VARIED_TITLES_PERMILLE: Final = 250


class Card(NamedTuple):
    """A card as printed: what is None does not stand there. ``published_on`` is the day that its date line means."""

    paper: int
    title: str
    abstract: str
    author_count: int | None
    organization: Organization | None
    date_line: str | None
    comment_count: int | None
    published_on: dt.date | None
    year_is_printed: bool
    has_footer: bool
    is_damaged: bool


def print_cards(seed: int, page: Page, cards_per_dump: int | None) -> Iterator[Card]:
    """Print the cards of a page, in their order."""
    numbers = list_papers(seed, page, cards_per_dump)
    drawn = iter(draw(3 * len(numbers), seed, "print", page.number))
    for number, missing, is_varied, variant in zip(numbers, drawn, drawn, drawn, strict=True):
        paper = invent_paper(seed, number)
        is_repeat = number // PAPERS_PER_PAGE != page.number
        title = (
            vary_title(paper.title, variant)
            if is_repeat and is_within(is_varied, _VARIED_TITLES_PERMILLE)
            else paper.title.text
        )
        abstract = paper.abstract.replace(HUB_HOST, MIRROR_HOST) if page.kind is Kind.MIRROR else paper.abstract
        if number == damaged_paper(page):
            yield _print_bare(paper, title, cut_off(abstract), is_damaged=True)
        elif page.kind is Kind.PLAIN or _loses_footer(paper, missing):
            yield _print_bare(paper, title, abstract, is_damaged=False)
        else:
            yield _print_whole(paper, page, title, abstract)


def print_day(day: dt.date, page_on: dt.date) -> str:
    """Print a day as the source does: with its year, unless that is the year of the page.

    >>> print_day(dt.date(2024, 7, 9), dt.date(2025, 1, 2)), print_day(dt.date(2025, 1, 1), dt.date(2025, 1, 2))
    ('Jul 9, 2024', 'Jan 1')
    """
    printed = f"{MONTHS[day.month - 1]} {day.day}"
    return printed if day.year == page_on.year else f"{printed}, {day.year}"


def cut_off(abstract: str) -> str:
    """Cut an abstract off in the middle of a word.

    >>> cut_off("We show that sparse routers learn.")
    'We show that s'
    """
    end = len(abstract) * 2 // 5
    while not (abstract[end - 1].isalpha() and abstract[end].isalpha()):
        end += 1
    return abstract[:end]


def _loses_footer(paper: Paper, drawn: int) -> bool:
    """Tell whether a card's footer is missing: rarely, and mostly on cards of organisations."""
    share = _MISSING_FOOTERS_OF_ORGANIZATIONS_PERMILLE if paper.organization else _MISSING_FOOTERS_PERMILLE
    return is_within(drawn, share)


def _print_bare(paper: Paper, title: str, abstract: str, *, is_damaged: bool) -> Card:
    return Card(
        paper=paper.number,
        title=title,
        abstract=abstract,
        author_count=None,
        organization=None,
        date_line=None,
        comment_count=None,
        published_on=None,
        year_is_printed=False,
        has_footer=False,
        is_damaged=is_damaged,
    )


def _print_whole(paper: Paper, page: Page, title: str, abstract: str) -> Card:
    organization = paper.organization if page.page_on >= ORGANIZATIONS_SINCE else None
    return Card(
        paper=paper.number,
        title=title,
        abstract=abstract,
        author_count=paper.author_count if organization is None else None,
        organization=organization,
        date_line=print_day(paper.published_on, page.page_on),
        comment_count=paper.count_comments(page.page_on),
        published_on=paper.published_on,
        year_is_printed=paper.published_on.year != page.page_on.year,
        has_footer=True,
        is_damaged=False,
    )
