"""Which papers stand on which page: a page's own ones, and some that earlier pages had first.

Both ways can be worked out from numbers alone, so a dump needs no other dump to be written, and a sample of twice as
many dumps begins with the same ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from etl.sample.chance import draw, scale
from etl.sample.crawl import Kind
from etl.sample.papers import PAPERS_PER_PAGE, date_paper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from etl.sample.crawl import Page

REPEAT_DISTANCES: Final = (1, 2, 3, 5, 8, 21, 55)
"""How many pages later some of a page's own papers are listed again."""

DAMAGED_PAGE: Final = 2
DAMAGED_SLOT: Final = 1
"""The one paper whose card is damaged; no other page lists it."""

MIN_CARDS: Final = 3
"""With fewer, a page's own papers would not reach the damaged one's place."""

MAX_CARDS: Final = 1000
_FEWEST_CARDS, _MOST_CARDS = 20, 110
_REPEATS_PERCENT: Final = 3


def count_cards(seed: int, index: int, cards_per_dump: int | None) -> int:
    """Count the cards of a page: the given number, else one that differs from page to page."""
    if cards_per_dump is not None:
        return cards_per_dump
    (drawn,) = draw(1, seed, "cards", index)
    return _FEWEST_CARDS + scale(drawn, _MOST_CARDS - _FEWEST_CARDS + 1)


def list_papers(seed: int, page: Page, cards_per_dump: int | None) -> list[int]:
    """List the numbers of the papers on a page, in the order of its cards.

    >>> from etl.sample.crawl import plan_page
    >>> numbers = list_papers(1, plan_page(1, 4), 12)
    >>> len(numbers), sorted({number // PAPERS_PER_PAGE for number in numbers})
    (12, [1, 2, 3, 4])
    """
    card_count = count_cards(seed, page.number, cards_per_dump)
    repeated = list(_list_repeats(seed, page, cards_per_dump))[: card_count // 2]
    own = [page.number * PAPERS_PER_PAGE + slot for slot in range(card_count - len(repeated))]
    drawn = draw(card_count, seed, "order", page.number)
    numbers = [number for _, number in sorted(zip(drawn, [*own, *repeated], strict=True))]
    is_damage_at_end = numbers[-1] == damaged_paper(page)  # where it would harm no other card
    return numbers[::-1] if is_damage_at_end else numbers


def damaged_paper(page: Page) -> int | None:
    """Give the number of the paper whose card is damaged on this page, if there is one."""
    return page.number * PAPERS_PER_PAGE + DAMAGED_SLOT if page.number == DAMAGED_PAGE else None


def _list_repeats(seed: int, page: Page, cards_per_dump: int | None) -> Iterator[int]:
    """List the papers of earlier pages that this one lists again."""
    for distance in REPEAT_DISTANCES:
        first_page = page.number - distance
        if first_page >= 0:
            slots = _choose_repeated_slots(seed, first_page, distance, count_cards(seed, first_page, cards_per_dump))
            numbers = (first_page * PAPERS_PER_PAGE + slot for slot in slots)
            yield from (number for number in numbers if _can_list(seed, page, number))


def _choose_repeated_slots(seed: int, first_page: int, distance: int, card_count: int) -> list[int]:
    """Choose which of a page's own papers are listed again so many pages later.

    At least half of a page's cards are its own papers, so the first half of the places is always taken.
    """
    places = [slot for slot in range(card_count - card_count // 2) if slot != DAMAGED_SLOT]
    wanted = max(1, card_count * _REPEATS_PERCENT // 100)
    (drawn,) = draw(1, seed, "repeat", first_page, distance)
    return [places[(drawn + step) % len(places)] for step in range(min(wanted, len(places)))]


def _can_list(seed: int, page: Page, number: int) -> bool:
    """Tell whether a page of this day and kind can list a paper at all."""
    published_on = date_paper(seed, number)
    is_recent_enough = page.kind is not Kind.RECENT or published_on.year == page.page_on.year
    return published_on <= page.page_on and is_recent_enough
