"""Which lines between two footers are titles, which are abstracts: the cheapest reading by a small table of costs.

A clean card is a title and a one-line abstract and needs no thought. Everything else (missing footers, titles or
abstracts, several paragraphs, wrapped lines, damaged blocks) is a shortest path: each line takes a state, unlikely
lines and unlikely steps cost, and the cheapest sequence wins. The path finds its way again after damage by itself.
Costs are whole numbers, so ties break the same way everywhere: by the order of :class:`State`.
"""

from __future__ import annotations

from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from etl.extract.lines import Kind
from etl.patterns import DOTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.extract.lines import Line


class State(IntEnum):
    """What a line between two footers can be."""

    TITLE = 0
    ABSTRACT = 1
    """First line of an abstract."""
    WRAPPED = 2
    """A further line of the same paragraph."""
    PARAGRAPH = 3
    """A further paragraph of the abstract."""
    ORPHAN = 4
    """First line of a card whose title is lost."""
    AUTHORS = 5
    DOT = 6
    DATE = 7


LIKELY: Final = 0
NEVER: Final = 10**6

LONGEST_ABSTRACT: Final = 2000
"""The source takes its abstracts from an archive that allows 1,920 characters; more is rather two abstracts."""

_BODY = (State.ABSTRACT, State.WRAPPED, State.PARAGRAPH, State.ORPHAN)
_FOOTER_STATES = {Kind.AUTHORS: State.AUTHORS, Kind.DOT: State.DOT, Kind.DATE: State.DATE}

# Length up to which a line costs so much as a title, and from which on as an abstract.
_TITLE_COSTS: Final = ((150, 0), (200, 1), (250, 3))
_ABSTRACT_COSTS: Final = ((400, 0), (250, 1), (150, 2), (80, 4))
_LONG_TITLE: Final = 6
_SHORT_ABSTRACT: Final = 6
_TORN_FOOTER_LENGTH: Final = 30

# What it costs that a new card begins after a line in this state: something of the card before is then missing.
_NO_FOOTER: Final = 6
_NO_FOOTER_ON_FOOTERLESS_PAGE: Final = 1
_CARD_ENDS: Final = {
    State.TITLE: 5,
    State.AUTHORS: 4,
    State.DOT: 5,
    State.DATE: LIKELY,
}
_TITLE_IS_MISSING: Final = 12

# Steps inside a card; what is not here never happens.
_STEPS: Final = {
    (State.TITLE, State.AUTHORS): 5,
    (State.TITLE, State.DOT): 9,
    (State.AUTHORS, State.DOT): LIKELY,
    (State.AUTHORS, State.DATE): 3,
    (State.DOT, State.DATE): LIKELY,
} | {
    (body, after): cost for body in _BODY for after, cost in ((State.AUTHORS, LIKELY), (State.DOT, 3), (State.DATE, 7))
}


def segment_lines(lines: Sequence[Line], *, is_footer_next: bool, is_footerless_page: bool) -> list[State]:
    """Give each line between two footers its state, so that the whole costs least.

    ``is_footer_next`` says that a whole footer follows the last line; otherwise the dump or the page ends there.
    ``is_footerless_page`` says that the page prints no footers, so that their absence is no sign of damage.
    Errors: none; the time is linear in the number of lines.
    """
    if is_footer_next and len(lines) == 2 and is_clean_card(lines[0], lines[1]):  # noqa: PLR2004 - title and abstract
        return [State.TITLE, State.ABSTRACT]
    no_footer = _NO_FOOTER_ON_FOOTERLESS_PAGE if is_footerless_page else _NO_FOOTER
    costs = {state: _begin(lines[0], state) for state in State}
    origins: list[dict[State, State]] = []
    for before, line in pairwise(lines):
        origin: dict[State, State] = {}
        total: dict[State, int] = {}
        for state in State:
            own = _fit(line, state)
            steps = {prior: costs[prior] + _step(before, prior, line, state, no_footer) for prior in State}
            origin[state] = min(State, key=steps.__getitem__)
            total[state] = min(steps[origin[state]] + own, NEVER)
        costs = total
        origins.append(origin)
    ends = {state: costs[state] + _end(state, is_footer_next=is_footer_next, no_footer=no_footer) for state in State}
    path = [min(State, key=ends.__getitem__)]
    for origin in reversed(origins):
        path.append(origin[path[-1]])
    return path[::-1]


def is_clean_card(title: Line, abstract: Line) -> bool:
    """Tell whether two lines are a title and a one-line abstract beyond doubt.

    A property test holds this against the shortest path: whatever is clean here, the path reads the same way.
    """
    return (
        abstract.after_blank
        and title.kind is Kind.TEXT
        and abstract.kind is Kind.TEXT
        and _title_cost(title.text) <= 1
        and _abstract_cost(abstract.text) <= 1
    )


def _begin(line: Line, state: State) -> int:
    """Cost of a card beginning with this line in this state."""
    if state is State.TITLE:
        return _fit(line, state)
    if state is State.ORPHAN:
        return _TITLE_IS_MISSING + _fit(line, state)
    if state in _FOOTER_STATES.values():
        return _TITLE_IS_MISSING + 5 + _fit(line, state)
    return NEVER


def _step(before: Line, prior: State, line: Line, state: State, no_footer: int) -> int:
    """Cost of going from one line's state to the next line's."""
    if state in (State.TITLE, State.ORPHAN):
        ended = (
            no_footer
            if prior in _BODY
            else no_footer + _CARD_ENDS[prior]
            if prior is State.TITLE
            else _CARD_ENDS[prior]
        )
        crowded = LIKELY if line.after_blank else 1
        return ended + crowded + (_TITLE_IS_MISSING if state is State.ORPHAN else LIKELY)
    if prior is State.TITLE and state is State.ABSTRACT:
        return LIKELY if line.after_blank else 1
    if prior in _BODY and state is State.WRAPPED:
        return NEVER if line.after_blank else LIKELY
    if prior in _BODY and state is State.PARAGRAPH:
        return (3 if line.after_blank else NEVER) + (12 if len(before.text) + len(line.text) > LONGEST_ABSTRACT else 0)
    return _STEPS.get((prior, state), NEVER)


def _end(state: State, *, is_footer_next: bool, no_footer: int) -> int:
    """Cost of the last line having this state."""
    if is_footer_next:
        return LIKELY if state in _BODY else 5 if state is State.TITLE else 12
    return no_footer if state in _BODY else no_footer + 5 if state is State.TITLE else LIKELY


def _fit(line: Line, state: State) -> int:
    """Cost of a line having this state, by its looks alone."""
    if state in _FOOTER_STATES.values():
        return LIKELY if _FOOTER_STATES.get(line.kind) is state else _fit_torn_footer(line, state)
    looks_like_footer = LIKELY if line.kind is Kind.TEXT else 6
    if state is State.TITLE:
        return 2 * looks_like_footer + _title_cost(line.text)
    if state in (State.ABSTRACT, State.ORPHAN):
        return looks_like_footer + _abstract_cost(line.text)
    return looks_like_footer + (1 if state is State.PARAGRAPH else LIKELY)


def _fit_torn_footer(line: Line, state: State) -> int:
    """Cost of a short text being what is left of an author line (by its bullet) or of a date line (by its place)."""
    if line.kind is not Kind.TEXT or len(line.text) > _TORN_FOOTER_LENGTH:
        return NEVER
    is_torn = line.text[0] in DOTS if state is State.AUTHORS else state is State.DATE and not line.after_blank
    return 3 if is_torn else NEVER


def _title_cost(text: str) -> int:
    length = len(text)
    too_long = next(
        (cost for limit, cost in _TITLE_COSTS if length <= limit),
        min(_LONG_TITLE + (length - _TITLE_COSTS[-1][0]) // 40, 5 * _LONG_TITLE),
    )
    return too_long + (4 if text.endswith((".", ",", ";")) else 0)


def _abstract_cost(text: str) -> int:
    too_short = next((cost for limit, cost in _ABSTRACT_COSTS if len(text) >= limit), _SHORT_ABSTRACT)
    return max(too_short - (2 if text.endswith((".", "!", "?")) else 0), 0)
