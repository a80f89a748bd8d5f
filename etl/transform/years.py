"""Page years: decided where the evidence is strong, bounded where it is not, and never guessed.

Pages that print the same paper's day without a year share one year, so they are decided together. Contradictory
evidence decides nothing and is reported. See ``page_facts`` for what counts as evidence and ``year_odds`` for the odds.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from etl.transform.components import connect
from etl.transform.page_facts import PageEvidence, PaperFacts, find_paper_facts, gather_evidence, summarize_pages
from etl.transform.year_odds import REQUIRED_ODDS, Verdict, is_day, weigh_years

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE_DATE_SCHEMA: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "dump_id": pl.String,
    "page_number": pl.Int32,
    "page_on": pl.Date,
    "page_year_basis": pl.String,
    "page_not_before_on": pl.Date,
    "page_not_after_on": pl.Date,
    "year_evidence": pl.List(pl.String),
    "capture_year": pl.Int16,
    "capture_year_basis": pl.String,
}

LATE_DECEMBER: Final = (12, 25)
EARLY_JANUARY: Final = (1, 7)
"""In the first days of January a page's header may still show a day of December."""


class Decision(NamedTuple):
    """What the pages of one year came to: the year or None, how, and the sentences that say why."""

    year: int | None
    basis: str | None
    evidence: tuple[str, ...]


def date_pages(pages: pl.DataFrame, cards: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """Date every page from the evidence of the whole set, all in one go.

    Columns in:  ``pages`` and ``given`` as for :func:`etl.transform.page_facts.gather_evidence`; ``cards`` as for
                 :func:`etl.transform.page_facts.find_paper_facts`.
    Columns out: as of :func:`date_by_facts`.
    """
    return date_by_facts(pages, summarize_pages(cards), find_paper_facts(cards), given)


def date_by_facts(pages: pl.DataFrame, summaries: pl.DataFrame, facts: PaperFacts, given: pl.DataFrame) -> pl.DataFrame:
    """Date every page from the facts of the whole set.

    Columns in:  as for :func:`etl.transform.page_facts.gather_evidence`.
    Columns out: :data:`PAGE_DATE_SCHEMA`; ``capture_year`` is the year that year-less cards of the page are of, and
                 ``capture_year_basis`` how it is known (``given``, ``inferred``); both null where undecided. Sorted by
                 ``dump_id``, ``page_number``.
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.
    Source:      docs/architecture.md#years
    """
    everything = gather_evidence(pages, summaries, facts, given)
    links = (((one, page), (other, of_other)) for one, page, other, of_other in facts.links.unique().iter_rows())
    roots = connect((evidence.key for evidence in everything), links)
    clusters: dict[tuple[str, int], list[PageEvidence]] = {}
    for evidence in everything:
        clusters.setdefault(roots[evidence.key], []).append(evidence)
    rows = [row for cluster in clusters.values() for row in _date_cluster(cluster)]
    return pl.DataFrame(rows, schema=PAGE_DATE_SCHEMA, orient="row").sort("dump_id", "page_number")


def _date_cluster(cluster: Sequence[PageEvidence]) -> list[tuple[object, ...]]:
    decision = _decide_year(cluster)
    return [_date_page(page, decision) for page in cluster]


def _decide_year(cluster: Sequence[PageEvidence]) -> Decision:
    """Decide the year that all pages of a cluster share: by what is given or printed, else by the odds."""
    sure = {
        "given": {day.year for page in cluster for day in page.given_on},
        "printed in a header": {page.header_year for page in cluster if page.header_year and not _is_behind(page)},
        "printed by other dumps for year-less cards": {year for page in cluster for year in page.twin_years},
    }
    claims = tuple(f"{year} is {how}" for how, years in sure.items() for year in sorted(years))
    years = sorted(set.union(*sure.values()))
    evidence = (*claims, *((f"{len(cluster)} pages share year-less cards",) if len(cluster) > 1 else ()))
    if len(years) > 1:
        return Decision(None, None, (*evidence, "contradiction: undecided"))
    floor = max((_earliest_year(page) for page in cluster), default=0)
    if years:
        if years[0] < floor:
            return Decision(None, None, (*evidence, f"contradiction: the cards allow no year before {floor}"))
        return Decision(years[0], "given" if sure["given"] else "inferred", evidence)
    verdict = weigh_years([page.facts for page in cluster], not_before=floor)
    return _decide_by_odds(verdict, evidence)


def _decide_by_odds(verdict: Verdict | None, evidence: tuple[str, ...]) -> Decision:
    if verdict is None:
        return Decision(None, None, (*evidence, "undecided: no printed year to count from"))
    odds = f"odds {verdict.odds}:1 for {verdict.year}"
    if verdict.is_decided:
        return Decision(verdict.year, "inferred", (*evidence, odds))
    weakness = f"below {REQUIRED_ODDS}:1" if verdict.odds < REQUIRED_ODDS else "but too few cards"
    return Decision(None, None, (*evidence, f"undecided: {odds}, {weakness}"))


def _date_page(page: PageEvidence, decision: Decision) -> tuple[object, ...]:
    facts = page.facts
    counts = f"cards with a printed year: {facts.dated_cards}, with a day alone: {len(facts.yearless_days)}"
    latest = (f"latest printed year {facts.latest_printed_year}",) if facts.latest_printed_year else ()
    evidence = [counts, *latest, *decision.evidence]
    not_before, not_after = _earliest_day(page), None
    year = decision.year
    if year is not None and _header_precedes_card(page):
        year = None
        evidence.append("contradiction: the header's day lies before a year-less card's")
    if year is not None and facts.header_day is not None and not is_day(year, *facts.header_day):
        evidence.append(f"contradiction: the header's day is no day of {year}")
        year = None
    page_on, basis = _name_page_day(page, year)
    if page_on is not None and basis == "inferred" and _is_turn_of_year(page):
        not_before, not_after, page_on, basis = page_on.replace(year=page_on.year - 1), page_on, None, None
        evidence.append("a day of late December over cards of early January: the header may be a year behind")
    if page_on is not None:
        not_before = not_after = page_on
    elif not_before is not None:
        evidence.append(f"not before {not_before}: by the latest publication day and printed year known of its papers")
    listing_basis = None if year is None else "given" if page.given_on else "inferred"
    return (*page.key, page_on, basis, not_before, not_after, evidence, year, listing_basis)


def _name_page_day(page: PageEvidence, year: int | None) -> tuple[dt.date | None, str | None]:
    """Name the page's day and where its year comes from: given, printed in the header, or the capture's."""
    if len(page.given_on) == 1:
        return page.given_on[0], "given"
    header_day = page.facts.header_day
    header_year = page.header_year or year
    if header_year is None or header_day is None or not is_day(header_year, *header_day):
        return None, None
    basis = "printed" if page.header_year else "given" if page.given_on else "inferred"
    return dt.date(header_year, *header_day), basis


def _earliest_year(page: PageEvidence) -> int:
    """First year the page can have been captured in: after its latest printed year, not before its papers."""
    latest = page.facts.latest_printed_year
    first = 0 if latest is None else latest + 1
    known = page.latest_known_on
    if known is None:
        return first
    month_day = page.facts.header_day or (12, 31)
    is_later_in_year = month_day >= (known.month, known.day) or month_day >= LATE_DECEMBER
    return max(first, known.year if is_later_in_year else known.year + 1)


def _earliest_day(page: PageEvidence) -> dt.date | None:
    """First day that the page's header can mean, by what is known of its papers; None if nothing is."""
    latest, known, header = page.facts.latest_printed_year, page.latest_known_on, page.facts.header_day
    if latest is None and known is None:
        return None
    floor = known or dt.date.min
    if header is None:
        return max(floor, dt.date(latest + 1, 1, 1)) if latest else floor
    first = max(floor.year, 0 if latest is None else latest if header >= LATE_DECEMBER else latest + 1)
    return next(
        dt.date(year, *header)
        for year in range(first, first + 10)  # a 29 February comes at the latest after eight years
        if is_day(year, *header) and dt.date(year, *header) >= floor
    )


def _header_precedes_card(page: PageEvidence) -> bool:
    """Tell whether a year-less card is of a later day than the page; one day is a matter of time zones."""
    header = page.facts.header_day
    if header is None or not page.facts.yearless_days or _is_turn_of_year(page):
        return False
    leap_year = 2024
    latest = dt.date(leap_year, *page.facts.yearless_days[-1])
    return latest > dt.date(leap_year, *header) + dt.timedelta(days=1)


def _is_behind(page: PageEvidence) -> bool:
    """Tell whether a header's printed year can be the one before the capture's: December over cards of January."""
    return _is_turn_of_year(page) and bool(page.facts.yearless_days)


def _is_turn_of_year(page: PageEvidence) -> bool:
    """Tell whether the header shows late December and no year-less card is of a day after early January."""
    header, days = page.facts.header_day, page.facts.yearless_days
    return header is not None and header >= LATE_DECEMBER and (not days or days[-1] <= EARLY_JANUARY)
