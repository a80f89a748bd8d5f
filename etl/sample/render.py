"""A page as the bytes of a dump, with the place of every card in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from etl.sample.cards import MONTHS
from etl.sample.crawl import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from etl.sample.cards import Card
    from etl.sample.crawl import Page

_GAP: Final = b"\n\n"
_BANNER: Final = ("new", "Get trending papers in your email inbox!", "Subscribe")
_HEADING: Final = "Daily Papers"
_BYLINE: Final = "byAK and the research community"


class Rendered(NamedTuple):
    """A dump: its bytes, and for each card where it begins and ends in them (half-open)."""

    raw: bytes
    places: list[tuple[int, int]]


def render_page(page: Page, cards: Iterable[Card]) -> Rendered:
    """Render a page; like the source's, its last line has no line end."""
    blocks = [render_header(page).encode()]
    places = []
    end = len(blocks[0])
    for card in cards:
        block = render_card(card).encode()
        start = end + len(_GAP)
        end = start + len(block)
        places.append((start, end))
        blocks.append(block)
    return Rendered(_GAP.join(blocks), places)


def render_header(page: Page) -> str:
    """Render what stands above the cards; pages without footers have no heading either."""
    heading = () if page.kind is Kind.PLAIN else (_HEADING,)
    return "\n\n".join((*_BANNER, *heading, _BYLINE, render_header_date(page)))


def render_header_date(page: Page) -> str:
    """Render the page's own day, which never has a year."""
    return f"{MONTHS[page.page_on.month - 1]} {page.page_on.day}"


def render_card(card: Card) -> str:
    """Render a card: title, abstract, and a footer if it has one."""
    if not card.has_footer:
        return f"{card.title}\n\n{card.abstract}"
    who = f"  • {card.author_count} authors" if card.organization is None else " ".join(card.organization)
    comments = "" if card.comment_count is None else f" {card.comment_count}"
    return f"{card.title}\n\n{card.abstract}\n\n{who}\n·\n{card.date_line}{comments}"
