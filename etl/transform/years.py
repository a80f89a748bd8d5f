"""Page years: decided where the evidence is strong, bounded where it is not, and never guessed.

Pages that print the same paper's day without a year share one year, so they are decided together. Contradictory
evidence decides nothing and is reported. See ``page_facts`` for what counts as evidence, ``year_votes`` for how the
year is decided, and ``year_odds`` for the odds.
"""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import polars as pl

from etl.transform.components import connect
from etl.transform.dated_papers import PAGE
from etl.transform.page_facts import (
    PageEvidence,
    PaperFacts,
    find_paper_facts,
    gather_evidence,
    read_evidence,
    summarize_pages,
)
from etl.transform.turn_of_year import LATE_DECEMBER, is_turn_of_year
from etl.transform.year_odds import is_day
from etl.transform.year_votes import Ballot, Decision, cast_ballot, decide_year

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from etl.transform.given_days import GivenDay

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

_ROWS_AT_ONCE: Final = 10_000
"""Dated pages that are held as objects, which take several times the memory of a frame."""


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
    return date_by_evidence(gather_evidence(pages, summaries, facts, given), [facts.links])


def date_by_evidence(
    evidence: pl.DataFrame, links: Iterable[pl.DataFrame], known: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Date every page from what is known of it; the pages of one cluster are held as objects at a time.

    Columns in:  ``evidence`` as of :func:`etl.transform.page_facts.gather_evidence`; ``links`` are frames of pairs of
                 its pages, as of :func:`etl.transform.page_facts.link_pages`; there may be very many; ``known`` as
                 :data:`PAGE_DATE_SCHEMA`: what was found before of pages of which nothing new is known. A cluster of
                 these alone is not dated again.
    Columns out: as of :func:`date_by_facts`.
    """
    places = evidence.select(*PAGE).with_row_index("place")
    pairs = (pair for some in links for pair in _place_links(some, places).iter_rows())
    roots = connect(range(evidence.height), pairs)
    clusters = evidence.with_columns(pl.Series("cluster", list(roots.values()), pl.UInt32))
    dated = [pl.DataFrame(schema=PAGE_DATE_SCHEMA)]
    if known is not None:
        asked = clusters.join(known, on=PAGE, how="anti").select("cluster").unique()
        dated.append(known.join(clusters.join(asked, on="cluster", how="anti"), on=PAGE, how="semi"))
        clusters = clusters.join(asked, on="cluster", how="semi")
    ordered = clusters.sort("cluster", *PAGE)
    rows: list[tuple[object, ...]] = []
    for _, cluster in groupby(ordered.iter_rows(named=True), itemgetter("cluster")):
        rows += _date_cluster([read_evidence(row) for row in cluster])
        if len(rows) >= _ROWS_AT_ONCE:
            dated.append(pl.DataFrame(rows, schema=PAGE_DATE_SCHEMA, orient="row"))
            rows.clear()
    dated.append(pl.DataFrame(rows, schema=PAGE_DATE_SCHEMA, orient="row"))
    return pl.concat(dated).sort("dump_id", "page_number")


def _place_links(links: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Name linked pages by their places."""
    other = [f"other_{name}" for name in PAGE]
    return (
        links.join(places, on=PAGE, how="left")
        .join(places, left_on=other, right_on=PAGE, how="left", suffix="_of_other")
        .select("place", "place_of_other")
    )


def _date_cluster(cluster: Sequence[PageEvidence]) -> list[tuple[object, ...]]:
    ballots = [cast_ballot(page) for page in cluster]
    decision = decide_year(ballots)
    return [_date_page(ballot, decision) for ballot in ballots]


def _date_page(ballot: Ballot, decision: Decision) -> tuple[object, ...]:
    page, given = ballot.page, ballot.given
    evidence = [*_tell_facts(page), *decision.evidence]
    objections = [*given.objections, *_find_objections(page, decision, is_given=given.page_on is not None)]
    evidence += [f"contradiction: {objection}" for objection in objections]
    is_torn = len(objections) > len(given.objections) or (given.objections and given.page_on is None)
    year = None if is_torn else decision.year
    page_on, basis = (None, None) if is_torn else _name_page_day(page, given, decision.year)
    not_before, not_after = _earliest_day(page), None
    if page.period is not None:
        not_before, not_after = page.period
        evidence.append(f"the header's days are {not_before} to {not_after}")
    if page_on is not None and basis == "inferred" and is_turn_of_year(page):
        not_before, not_after, page_on, basis = page_on.replace(year=page_on.year - 1), page_on, None, None
        evidence.append("a day of late December over cards of early January: the header may be a year behind")
    if page_on is not None:
        not_before = not_after = page_on
    elif not_before is not None and page.period is None:
        evidence.append(f"not before {not_before}: by the latest publication day and printed year known of its papers")
    listing_basis = None if year is None else "given" if year in given.capture_years else "inferred"
    return (*page.key, page_on, basis, not_before, not_after, evidence, year, listing_basis)


def _tell_facts(page: PageEvidence) -> list[str]:
    facts = page.facts
    counts = f"cards with a printed year: {facts.dated_cards}, with a day alone: {len(facts.yearless_days)}"
    return [counts, *((f"latest printed year {facts.latest_printed_year}",) if facts.latest_printed_year else ())]


def _find_objections(page: PageEvidence, decision: Decision, *, is_given: bool) -> list[str]:
    """Find what this page prints that contradicts the year of its cluster."""
    year, header = decision.year, page.facts.header_day
    if year is None:
        return ["the given day is one of these claims"] if is_given and decision.is_contradiction else []
    if page.key in decision.dissenters:
        return [f"this page is of another year than {year}"]
    if _header_precedes_card(page):
        return ["the header's day lies before a year-less card's"]
    return [f"the header's day is no day of {year}"] if header is not None and not is_day(year, *header) else []


def _name_page_day(page: PageEvidence, given: GivenDay, year: int | None) -> tuple[dt.date | None, str | None]:
    """Name the page's day and where its year comes from: given, printed in the header, or the capture's."""
    if given.page_on is not None:
        return given.page_on, "given"
    header_day = page.facts.header_day
    header_year = page.header_year or year
    if header_year is None or header_day is None or not is_day(header_year, *header_day):
        return None, None
    return dt.date(header_year, *header_day), "printed" if page.header_year else "inferred"


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
    if header is None or not page.facts.yearless_days or is_turn_of_year(page):
        return False
    leap_year = 2024
    latest = dt.date(leap_year, *page.facts.yearless_days[-1])
    return latest > dt.date(leap_year, *header) + dt.timedelta(days=1)
