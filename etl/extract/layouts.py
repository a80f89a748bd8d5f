"""Page furniture as data: which lines a listing page prints around its cards, and which kind of page that makes it.

A new piece of furniture is a new line in :data:`HEADER_LINES`, a new kind of page a new row in :data:`LAYOUTS` (and a
code in ``schemas.codes``), each with a test page of its own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

HEADER_LINES: Final[Mapping[str, tuple[str, ...]]] = {
    "navigation": (
        "hugging face", "hugging face's logo", "models", "datasets", "spaces", "buckets", "buckets new", "community",
        "docs", "enterprise", "pricing", "solutions", "website", "log in", "sign up", "daily papers - hugging face",
        "trending papers - hugging face", "papers",
    ),
    "banner": ("new",),
    "newsletter": ("get trending papers in your email inbox!", "get trending papers in your email inbox"),
    "newsletter_period": (
        "once a day!", "once a day", "once a week!", "once a week",
        "get trending papers in your email inbox once a day!", "get trending papers in your email inbox once a week!",
    ),
    "subscribe": ("subscribe",),
    "heading": ("daily papers",),
    "heading_trending": ("trending papers",),
    "heading_weekly": ("weekly papers",),
    "heading_monthly": ("monthly papers",),
    "heading_search": ("search results", "search papers"),
    "byline": ("byak and the research community", "by ak and the research community"),
    "tab_daily": ("daily",),
    "tab_weekly": ("weekly",),
    "tab_monthly": ("monthly",),
}  # fmt: skip
"""Each piece of page furniture and how it reads, in lower case with single spaces."""

ANCHORS: Final = frozenset({"newsletter", "byline", "newsletter_period"})
"""Pieces that no title reads like: a header has at least one of them."""

TRAILER_LINES: Final = frozenset(
    {
        "previous", "next", "load more", "company", "tos", "terms of service", "privacy", "about", "careers", "website",
        "models", "datasets", "spaces", "pricing", "docs", "system theme",
    }
)  # fmt: skip
"""Lines that stand below the last card of a page."""


class Layout(NamedTuple):
    """A kind of page: the header pieces that tell it (any of them), and what its cards print besides."""

    name: str
    told_by: frozenset[str]
    prints_upvotes: bool
    prints_submitter: bool


LAYOUTS: Final = (
    Layout("search_results", frozenset({"heading_search"}), prints_upvotes=True, prints_submitter=True),
    Layout("weekly_papers", frozenset({"heading_weekly"}), prints_upvotes=True, prints_submitter=True),
    Layout("monthly_papers", frozenset({"heading_monthly"}), prints_upvotes=True, prints_submitter=True),
    Layout(
        "daily_papers_voted",
        frozenset({"tab_daily", "tab_weekly", "tab_monthly", "newsletter_period"}),
        prints_upvotes=True,
        prints_submitter=True,
    ),
    Layout("trending_papers", frozenset({"heading_trending"}), prints_upvotes=True, prints_submitter=True),
    Layout(
        "daily_papers", frozenset({"heading", "byline", "newsletter"}), prints_upvotes=False, prints_submitter=False
    ),
)
"""Kinds of pages, the most telling first."""

_VOTED_HEADINGS: Final = frozenset({"heading_search", "heading_weekly", "heading_monthly", "heading_trending"})
_NAMES = {text: kind for kind, texts in HEADER_LINES.items() for text in texts}
MAX_HEADER_LINE_LENGTH: Final = 80
_LEAST_CUT: Final = 6
"""Letters that the end of a header line must still have to be known."""


def name_header_line(text: str) -> str | None:
    """Tell which piece of page furniture a line is, or None.

    >>> name_header_line("byAK and  the research community")
    'byline'
    """
    return _name_short_line(text) if len(text) <= MAX_HEADER_LINE_LENGTH else None


@lru_cache(maxsize=2**12)
def _name_short_line(text: str) -> str | None:
    folded = text.lower()
    return _NAMES.get(folded) or _NAMES.get(" ".join(folded.lstrip("#*- ").split()))


def is_cut_header_line(text: str) -> bool:
    """Tell whether the first line of a dump can be the end of an anchor whose beginning was cut off.

    >>> is_cut_header_line("K and the research community"), is_cut_header_line("community")
    (True, True)
    """
    end = text.lower()
    return len(end) >= _LEAST_CUT and any(anchor.endswith(end) for kind in ANCHORS for anchor in HEADER_LINES[kind])


def is_trailer_line(text: str) -> bool:
    """Tell whether a line below the last card is page furniture."""
    return text.lower() in TRAILER_LINES


def choose_layout(kinds: Collection[str | None], *, has_votes: bool) -> Layout:
    """Choose the layout that a header's pieces tell; ``has_votes`` says that its cards print upvotes or submitters.

    >>> choose_layout(["banner", "newsletter", "heading"], has_votes=False).name
    'daily_papers'
    """
    pieces = set(kinds)
    if "heading_trending" in pieces and "heading" not in pieces:
        pieces -= {"newsletter_period", "tab_daily", "tab_weekly", "tab_monthly"}
    if has_votes and not pieces & _VOTED_HEADINGS:
        pieces.add("newsletter_period")
    return next((layout for layout in LAYOUTS if layout.told_by & pieces), LAYOUTS[-1])
