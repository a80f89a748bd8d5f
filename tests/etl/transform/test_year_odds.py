from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.year_odds import (
    FIRST_YEAR,
    MAX_PAPERS,
    MAX_YEARS_AHEAD,
    PageFacts,
    Verdict,
    is_day,
    mark_papers,
    weigh_years,
)

DAYS = ((10, 24), (10, 27), (10, 28))


Day = tuple[int, int]


def make_facts(
    header: Day | None, papers: range, latest: int | None, days: tuple[Day, ...], latest_papers: int = 2
) -> PageFacts:
    """Make the facts of a page that prints a year for these papers."""
    shown = papers[:MAX_PAPERS]
    return PageFacts(header, len(papers), latest, days, mark_papers(shown), mark_papers(shown[:latest_papers]))


def weigh(
    dated: int,
    latest: int | None = 2024,
    *,
    days: tuple[tuple[int, int], ...] = DAYS,
    header: tuple[int, int] | None = None,
    not_before: int = FIRST_YEAR,
) -> Verdict | None:
    return weigh_years([make_facts(header, range(dated), latest, days)], not_before=not_before)


def test_many_dated_cards_decide_the_year_after_the_latest_printed_one():
    verdict = weigh(40)
    assert (verdict.year, verdict.is_decided) == (2025, True)


@pytest.mark.parametrize("dated", [1, 5, 10])
def test_few_dated_cards_decide_nothing(dated: int):
    assert not weigh(dated).is_decided


def test_more_dated_cards_never_make_the_odds_worse():
    odds = [weigh(dated).odds for dated in range(1, 80)]
    assert odds == sorted(odds)


def test_a_page_without_any_printed_year_has_nothing_to_count_from():
    assert weigh(0, None) is None


@pytest.mark.parametrize(
    ("dated", "days", "is_decided"), [(49, 2, False), (49, 3, True), (50, 1, True), (50, 0, False)]
)
def test_few_days_without_a_year_need_more_dated_cards(dated: int, days: int, is_decided: bool):  # noqa: FBT001
    assert weigh(dated, days=DAYS[:days]).is_decided is is_decided


@pytest.mark.parametrize("count", [30, 60])
def test_a_single_card_of_the_latest_year_may_be_a_misprint(count: int):
    page, other = (make_facts((10, 29), range(place, place + count), 2024, DAYS, 1) for place in (0, 60))
    alone, copied, together = (weigh_years(pages, not_before=0) for pages in ([page], [page, page], [page, other]))
    assert alone is not None
    assert together is not None
    assert (alone.year, alone.is_decided) == (2025, False)
    assert copied == alone
    assert together.is_decided


def test_the_pages_began_in_2023():
    assert FIRST_YEAR == 2023
    assert weigh(10, 2022).year == FIRST_YEAR
    assert weigh(10, 2015).year >= FIRST_YEAR


def test_a_page_of_old_papers_alone_is_no_evidence_of_a_year():
    # Nothing on it is of the years between: a page that skipped those may have skipped any number.
    assert not weigh(60, 2017, days=()).is_decided
    assert not weigh(60, 2017).is_decided


def test_other_evidence_can_exclude_years():
    assert weigh(40, not_before=2026).year >= 2026


def test_a_header_on_a_weekend_speaks_against_a_year():
    assert [dt.date(year, 10, 26).isoweekday() for year in (2025, 2026)] == [7, 1]
    assert weigh(30, header=(10, 27)).is_decided
    assert not weigh(30, header=(10, 26)).is_decided


def test_the_odds_are_exact():
    # Fri 24 October 2025 is a Saturday in 2026, a Sunday in 2027 and a weekday in the three years after.
    skipped = Fraction(4, 5) ** 20
    rest = Fraction(1, 100) * (skipped + skipped**2) + skipped**3 + skipped**4 + skipped**5
    assert weigh(20, days=(), header=(10, 24)) == Verdict(2025, int(1 / rest), is_decided=False)
    assert weigh(20, days=()).odds == int((1 - skipped) / (skipped - skipped**6))
    assert weigh(200, days=()).odds == 999


def test_a_29th_of_february_is_of_a_leap_year():
    leap_day = ((2, 27), (2, 28), (2, 29))
    assert weigh(40, 2022, days=leap_day).year == 2024
    assert weigh(40, 2022, header=(2, 29)).year == 2024
    verdict = weigh(40, 2023, days=leap_day)
    assert (verdict.year, verdict.is_decided) == (2024, True)


@pytest.mark.parametrize(("days", "header"), [(((2, 27), (2, 28), (2, 29)), None), (DAYS, (2, 29))])
def test_a_29th_of_february_moves_no_page_to_the_next_leap_year(days: tuple[Day, ...], header: Day | None):
    verdict = weigh(40, 2024, days=days, header=header)
    assert (verdict.year, verdict.odds, verdict.is_decided) == (2028, 0, False)


def test_days_that_no_candidate_year_has_leave_no_year():
    assert weigh(40, 2096, days=((2, 29),)) is None


def test_weekdays_weigh_a_factor_of_five_at_most():
    # Twenty Sundays in 2025 that are Mondays in 2026: without a bound they would outweigh everything.
    sundays = tuple((day.month, day.day) for week in range(20) if (day := dt.date(2025, 1, 5) + dt.timedelta(7 * week)))
    plain, against = weigh(20, days=()), weigh(20, days=sundays)
    assert against.year == 2025
    assert plain.odds // 6 <= against.odds <= plain.odds


def test_pages_of_one_year_are_weighed_together():
    pages = [make_facts(None, range(place, place + 12), 2024, DAYS[place // 12 :][:2]) for place in (0, 12)]
    alone, together = (weigh_years(pages[:count], not_before=FIRST_YEAR) for count in (1, 2))
    assert not alone.is_decided
    assert together.is_decided


def test_what_two_pages_share_counts_once():
    one, more = make_facts(None, range(12), 2024, DAYS[:2]), make_facts(None, range(14), 2024, DAYS[:2])
    assert weigh_years([one, more], not_before=FIRST_YEAR) == weigh_years([more], not_before=FIRST_YEAR)


def test_is_day_knows_the_calendar():
    assert is_day(2024, 2, 29)
    assert not is_day(2025, 2, 29)
    assert not is_day(2025, 13, 1)
    assert not is_day(2025, 4, 0)


days = st.dates(dt.date(2024, 1, 1), dt.date(2024, 12, 31)).map(lambda day: (day.month, day.day))


@st.composite
def pages(draw: st.DrawFn) -> PageFacts:
    dated = draw(st.integers(0, 60))
    latest = draw(st.integers(2015, 2026)) if dated else None
    first = draw(st.integers(0, 60))
    yearless = tuple(sorted(draw(st.lists(days, max_size=6))))
    return make_facts(draw(st.none() | days), range(first, first + dated), latest, yearless)


@given(st.lists(pages(), min_size=1, max_size=4), st.integers(2000, 2028))
def test_a_year_fits_all_that_is_printed(facts: list[PageFacts], not_before: int):
    verdict = weigh_years(facts, not_before=not_before)
    latest = [page.latest_printed_year for page in facts if page.latest_printed_year]
    if verdict is None:
        assert not latest or any((2, 29) in (*page.yearless_days, page.header_day) for page in facts)
        return
    assert max(FIRST_YEAR, not_before) <= verdict.year
    assert max(latest) < verdict.year
    assert verdict.year <= max(FIRST_YEAR, not_before, max(latest) + 1) + MAX_YEARS_AHEAD
    assert all(is_day(verdict.year, *day) for page in facts for day in page.yearless_days)


@given(
    st.lists(pages(), min_size=1, max_size=4).flatmap(lambda drawn: st.tuples(st.just(drawn), st.permutations(drawn)))
)
def test_no_order_of_pages_changes_the_odds(drawn: tuple[list[PageFacts], list[PageFacts]]):
    left, right = (weigh_years(list(facts), not_before=FIRST_YEAR) for facts in drawn)
    assert left == right


@given(st.lists(pages(), min_size=1, max_size=4), st.data())
def test_no_copy_of_a_page_changes_the_odds(facts: list[PageFacts], data: st.DataObject):
    copies = data.draw(st.lists(st.sampled_from(facts), max_size=4))
    assert weigh_years([*facts, *copies], not_before=FIRST_YEAR) == weigh_years(facts, not_before=FIRST_YEAR)
