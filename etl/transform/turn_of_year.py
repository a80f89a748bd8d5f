"""The days around New Year, in which a page's header can still show a day of the year before its capture's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from etl.transform.page_facts import PageEvidence

LATE_DECEMBER: Final = (12, 25)
EARLY_JANUARY: Final = (1, 7)
"""In the first days of January a page's header may still show a day of December."""


def is_turn_of_year(page: PageEvidence) -> bool:
    """Tell whether the header shows late December and no year-less card is of a day after early January."""
    header, days = page.facts.header_day, page.facts.yearless_days
    return header is not None and header >= LATE_DECEMBER and (not days or days[-1] <= EARLY_JANUARY)


def is_behind(page: PageEvidence) -> bool:
    """Tell whether a header's printed year can be the one before the capture's: December over cards of January."""
    return is_turn_of_year(page) and bool(page.facts.yearless_days)
