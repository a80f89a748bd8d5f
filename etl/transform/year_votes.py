"""Which year the pages of a cluster are of: by what is printed or given for them, else by the odds.

Pages that print the same paper's day without a year share one year. One wrong link, one misprinted year or one wrong
twin must not redate many pages, so each page that knows its year by itself has a say: where a few contradict the rest,
these few stay undecided; where more do, all do. Copies of a page have one say together.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from etl.transform.given_days import GivenDay, read_given_day
from etl.transform.turn_of_year import LATE_DECEMBER, is_behind
from etl.transform.year_odds import FIRST_YEAR, REQUIRED_ODDS, Verdict, weigh_years

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from etl.transform.page_facts import PageEvidence, PageKey

MAX_DISSENT: Final = 10
"""One page in so many may contradict the others without making the whole cluster undecided."""


DOUBTFUL_ODDS: Final = 9
"""Odds for another year at which a single card that other dumps date does not decide for all pages of a cluster."""


class Ballot(NamedTuple):
    """What one page says of its year, before it hears the others.

    ``claims`` are the years that are given, printed in its header, or printed elsewhere for its year-less cards;
    ``floor`` is the first year its cards allow; ``own`` the year that its own odds decide.
    """

    page: PageEvidence
    given: GivenDay
    claims: frozenset[int]
    floor: int
    own: int | None

    @property
    def is_by_one_card(self) -> bool:
        """Tell whether all that the page claims is what other dumps print for one of its cards."""
        is_printed = bool(self.page.header_year or self.page.period)
        return not (self.given.capture_years or is_printed) and self.page.twin_cards == 1

    def contradicts(self, year: int) -> bool:
        """Tell whether the page cannot be of this year."""
        if self.claims:
            return self.claims != {year} or self.floor > year
        return self.floor > year or self.own not in (None, year)

    def has_a_say(self, year: int) -> bool:
        """Tell whether the page knows anything of its year by itself."""
        return bool(self.claims) or self.own is not None or self.floor > year


class Decision(NamedTuple):
    """What the pages of a cluster came to: the year or None, sentences that say why, and pages that contradict it."""

    year: int | None
    evidence: tuple[str, ...]
    dissenters: frozenset[PageKey] = frozenset()

    @property
    def is_contradiction(self) -> bool:
        """Tell whether evidence that contradicts itself left the year open."""
        return self.year is None and any(sentence.startswith("contradiction") for sentence in self.evidence)


def cast_ballot(page: PageEvidence) -> Ballot:
    """Gather what one page says of its year."""
    given, floor = read_given_day(page), _find_floor(page)
    claims = {*page.twin_years, *given.capture_years}
    if page.header_year and not is_behind(page):
        claims.add(page.header_year)
    if page.period is not None and _is_of_period(page):
        claims.add(page.period.last_on.year)
    verdict = None if claims else weigh_years([page.facts], not_before=floor)
    return Ballot(page, given, frozenset(claims), floor, verdict.year if verdict and verdict.is_decided else None)


def decide_year(ballots: Sequence[Ballot]) -> Decision:
    """Decide the year that all pages of a cluster share; the order of the pages does not matter."""
    claims = Counter(year for ballot in _drop_copies(ballots) for year in ballot.claims)
    told = _tell_claims(ballots)
    told += (f"{len(ballots)} pages share year-less cards",) if len(ballots) > 1 else ()
    facts = [ballot.page.facts for ballot in ballots]
    if claims:
        year = _pick(claims)
        doubt = weigh_years(facts, not_before=0) if _hangs_on_one(ballots) else None
        if doubt is not None and doubt.year != year and doubt.odds >= DOUBTFUL_ODDS:
            return Decision(None, (*told, f"contradiction: odds {doubt.odds}:1 for {doubt.year}"))
        return _settle(ballots, year, told)
    verdict = weigh_years(facts, not_before=max(ballot.floor for ballot in ballots))
    owned = Counter(ballot.own for ballot in _drop_copies(ballots) if ballot.own is not None)
    if owned and (verdict is None or any(year != verdict.year for year in owned)):
        return _decide_without_outliers(ballots, _pick(owned), told)
    few = _find_latest_alone(ballots)
    if few and verdict is not None and verdict.is_decided:
        rest = weigh_years([ballot.page.facts for ballot in ballots if ballot not in few], not_before=0)
        if rest is not None and rest.year != verdict.year:
            return Decision(None, (*told, f"contradiction: without {len(few)} of these pages it would be {rest.year}"))
    return _tell_odds(verdict, told)


def _find_latest_alone(ballots: Sequence[Ballot]) -> list[Ballot]:
    """Find the pages that print the latest year of all, if they are so few that it may be a misprint."""
    printed = [ballot for ballot in ballots if ballot.page.facts.latest_printed_year]
    latest = max((ballot.page.facts.latest_printed_year or 0 for ballot in printed), default=0)
    few = [ballot for ballot in printed if ballot.page.facts.latest_printed_year == latest]
    return few if len(_drop_copies(few)) * MAX_DISSENT <= len(_drop_copies(printed)) else []


def _drop_copies(ballots: Iterable[Ballot]) -> list[Ballot]:
    """Keep one of the pages that print and claim just the same: a dump that was saved twice has no second say."""
    return list({(ballot.page.facts, ballot.claims, ballot.floor): ballot for ballot in ballots}.values())


def _hangs_on_one(ballots: Sequence[Ballot]) -> bool:
    """Tell whether all that several pages know of their year is what other dumps print for a single card."""
    claiming = [ballot for ballot in ballots if ballot.claims]
    is_alone = len(_drop_copies(ballots)) > 1 and len(_drop_copies(claiming)) == 1
    return is_alone and all(ballot.is_by_one_card for ballot in claiming)


def _pick(years: Counter[int]) -> int:
    return max(years, key=lambda year: (years[year], -year))


def _settle(ballots: Sequence[Ballot], year: int, told: tuple[str, ...]) -> Decision:
    """Let a year stand unless too many pages contradict it."""
    dissenters = [ballot for ballot in ballots if ballot.contradicts(year)]
    if not dissenters:
        return Decision(year, told)
    speakers = _drop_copies(ballot for ballot in ballots if ballot.has_a_say(year))
    if len(_drop_copies(dissenters)) * MAX_DISSENT > len(speakers):
        floor = max(ballot.floor for ballot in ballots)
        is_by_cards = all(ballot.claims <= {year} for ballot in ballots) and floor > year
        reason = f"the cards allow no year before {floor}" if is_by_cards else "undecided"
        reason = f"no page is from before {FIRST_YEAR}" if year < FIRST_YEAR else reason
        return Decision(None, (*told, f"contradiction: {reason}"))
    told = (*told, f"contradiction: {len(dissenters)} of these pages are of another year than {year}")
    return Decision(year, told, frozenset(ballot.page.key for ballot in dissenters))


def _decide_without_outliers(ballots: Sequence[Ballot], year: int, told: tuple[str, ...]) -> Decision:
    """Decide by the odds of the pages that do not contradict what most pages say by themselves."""
    settled = _settle(ballots, year, told)
    if settled.year is None:
        return settled
    agreed = [ballot for ballot in ballots if not ballot.contradicts(year)]
    verdict = weigh_years([ballot.page.facts for ballot in agreed], not_before=max(ballot.floor for ballot in agreed))
    decision = _tell_odds(verdict, settled.evidence)
    return decision._replace(dissenters=settled.dissenters)


def _tell_odds(verdict: Verdict | None, told: tuple[str, ...]) -> Decision:
    if verdict is None:
        return Decision(None, (*told, "undecided: no printed year to count from"))
    odds = f"odds {verdict.odds}:1 for {verdict.year}"
    if verdict.is_decided:
        return Decision(verdict.year, (*told, odds))
    weakness = f"below {REQUIRED_ODDS}:1" if verdict.odds < REQUIRED_ODDS else "but too few cards"
    return Decision(None, (*told, f"undecided: {odds}, {weakness}"))


def _tell_claims(ballots: Sequence[Ballot]) -> tuple[str, ...]:
    sure = {
        "given": {year for ballot in ballots for year in ballot.given.capture_years},
        "printed in a header": {
            ballot.page.header_year for ballot in ballots if ballot.page.header_year and not is_behind(ballot.page)
        },
        "the year of a header's week or month": {
            ballot.page.period.last_on.year for ballot in ballots if ballot.page.period and _is_of_period(ballot.page)
        },
        "printed by other dumps for year-less cards": {year for ballot in ballots for year in ballot.page.twin_years},
    }
    return tuple(f"{year} is {how}" for how, years in sure.items() for year in sorted(years))


def _is_of_period(page: PageEvidence) -> bool:
    """Tell whether a header's week or month is of the capture's year: its cards print days of it without a year."""
    if page.period is None:
        return False
    year, days = page.period.last_on.year, page.facts.yearless_days
    is_after = page.facts.latest_printed_year is None or page.facts.latest_printed_year < year
    return bool(days) and is_after and days[-1] <= (page.period.last_on.month, page.period.last_on.day)


def _find_floor(page: PageEvidence) -> int:
    """Find the first year the page can be captured in: after its latest printed one, not before its papers."""
    latest = page.facts.latest_printed_year
    first = FIRST_YEAR if latest is None else max(FIRST_YEAR, latest + 1)
    if page.period is not None:
        first = max(first, page.period.first_on.year)
    known = page.latest_known_on
    if known is None:
        return first
    month_day = page.facts.header_day or (12, 31)
    is_later_in_year = month_day >= (known.month, known.day) or month_day >= LATE_DECEMBER
    return max(first, known.year if is_later_in_year else known.year + 1)
