"""Which lines between two footers are titles, which are abstracts: the cheapest reading by a small table of costs.

A clean card is a title and a one-line abstract and needs no thought. Everything else (missing footers, titles or
abstracts, several paragraphs, wrapped lines, damaged blocks) is a shortest path: each line takes a state, unlikely
lines and unlikely steps cost, and the cheapest sequence wins. The path finds its way again after damage by itself.
Costs are whole numbers, so ties break the same way everywhere: by the order of :class:`State`.
"""

from __future__ import annotations

from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from etl.extract.lines import Kind, is_organization
from etl.patterns import BULLETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.extract.lines import Line


class State(IntEnum):
    """What a line between two footers can be."""

    TITLE = 0
    TITLE_WRAPPED = 1
    """A further line of the title."""
    ABSTRACT = 2
    """First line of an abstract."""
    WRAPPED = 3
    """A further line of the same paragraph."""
    PARAGRAPH = 4
    """A further paragraph of the abstract."""
    ORPHAN = 5
    """First line of a card whose title is lost."""
    ORGANIZATION = 6
    AUTHORS = 7
    DOT = 8
    DATE = 9


NEVER: Final = 10**6

LONGEST_ABSTRACT: Final = 2000
"""The source takes its abstracts from an archive that allows 1,920 characters; more is rather two abstracts."""

_TITLES = (State.TITLE, State.TITLE_WRAPPED)
_BODY = (State.ABSTRACT, State.WRAPPED, State.PARAGRAPH, State.ORPHAN)
_FOOTER = {Kind.AUTHORS: State.AUTHORS, Kind.DOT: State.DOT, Kind.DATE: State.DATE}

# Length up to which a line costs so much as a title, and from which on as an abstract.
_TITLE_COSTS: Final = ((150, 0), (200, 1), (250, 3))
_ABSTRACT_COSTS: Final = ((400, 0), (250, 1), (150, 2), (80, 4))
_LONG_TITLE: Final = 6
_SHORT_ABSTRACT: Final = 6
_TORN_FOOTER_LENGTH: Final = 30

# What it costs that something is missing.
_NO_TITLE: Final = 12
_NO_ABSTRACT: Final = 5
_NO_FOOTER: Final = 6
_NO_FOOTER_ON_FOOTERLESS_PAGE: Final = 1
_LOOKS_LIKE_FOOTER: Final = 6
_LOOKS_LIKE_HEADING: Final = {0: 6, 1: 3}
"""By the number of spaces: one or two words inside an abstract are rather a heading in it than the next title."""
_LOOKS_LIKE_ITEM: Final = 4
_LOOKS_UNFINISHED: Final = 3
_TORN: Final = 3
_BEGINS_ANEW: Final = 9

# Steps inside a card; what stands nowhere here never happens.
_STEPS: Final = (
    {(State.AUTHORS, State.DOT): 0, (State.AUTHORS, State.DATE): 3, (State.DOT, State.DATE): 0}
    | {
        (State.ORGANIZATION, State.AUTHORS): 0,
        (State.AUTHORS, State.ORGANIZATION): 0,
        (State.ORGANIZATION, State.DOT): 0,
        (State.ORGANIZATION, State.DATE): 3,
    }
    | {(body, State.ORGANIZATION): 4 for body in _BODY}
    | {(body, after): cost for body in _BODY for after, cost in ((State.AUTHORS, 0), (State.DOT, 3), (State.DATE, 7))}
    | {(title, after): cost for title in _TITLES for after, cost in ((State.AUTHORS, 5), (State.DOT, 9))}
)
_GOES_ON: Final = (
    {(title, State.ABSTRACT): (1, 0) for title in _TITLES}
    | {(title, State.TITLE_WRAPPED): (3, NEVER) for title in _TITLES}
    | {(body, State.WRAPPED): (0, NEVER) for body in _BODY}
    | {(body, State.PARAGRAPH): (NEVER, 3) for body in _BODY}
)
"""Steps whose cost depends on a blank line above: without one, with one."""

_ENDS_EARLY: Final = {State.ORGANIZATION: NEVER, State.AUTHORS: 4, State.DOT: 5, State.DATE: 0}


def segment_lines(lines: Sequence[Line], *, is_footer_next: bool, is_footerless_page: bool) -> list[State]:
    """Give each line between two footers its state, so that the whole costs least.

    ``is_footer_next`` says that a whole footer follows the last line; otherwise the dump or the page ends there.
    ``is_footerless_page`` says that the page prints no footers, so that their absence is no sign of damage.
    Errors: none; the time is linear in the number of lines.
    """
    if is_footer_next and len(lines) == 2 and is_clean_card(lines[0], lines[1]):  # noqa: PLR2004 - title and abstract
        return [State.TITLE, State.ABSTRACT]
    no_footer = _NO_FOOTER_ON_FOOTERLESS_PAGE if is_footerless_page else _NO_FOOTER
    paragraphs = _measure_paragraphs(lines)
    fits = [
        _fit_states(line, paragraph, is_footerless_page=is_footerless_page)
        for line, paragraph in zip(lines, paragraphs, strict=True)
    ]
    costs = {state: _begin(state) + fit for state, fit in fits[0]}
    origins: list[dict[State, State]] = []
    for (before, line), states in zip(pairwise(lines), fits[1:], strict=True):
        origin: dict[State, State] = {}
        total: dict[State, int] = {}
        for state, fit in states:
            best, best_cost = State.TITLE, 2 * NEVER
            for prior, cost in costs.items():
                cost_here = cost + _step(before, prior, line, state, no_footer)
                if cost_here < best_cost:
                    best, best_cost = prior, cost_here
            origin[state], total[state] = best, best_cost + fit
        costs = total
        origins.append(origin)
    ends = {state: cost + _end(lines[-1], state, is_footer_next, no_footer) for state, cost in costs.items()}
    last = min(ends, key=ends.__getitem__)
    path = [last]
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
        and _abstract_cost(len(abstract.text), abstract.text) <= 1
    )


def _begin(state: State) -> int:
    """Cost of a card beginning with a line in this state."""
    if state is State.TITLE:
        return 0
    return _NO_TITLE if state is State.ORPHAN else _NO_TITLE + 5 if state >= State.ORGANIZATION else NEVER


def _step(before: Line, prior: State, line: Line, state: State, no_footer: int) -> int:
    """Cost of going from one line's state to the next line's."""
    if state is State.TITLE:
        heading = _LOOKS_LIKE_HEADING.get(line.text.count(" "), 0) if prior in _BODY else 0
        return _end_card(prior, no_footer) + (not line.after_blank) + heading
    if state is State.ORPHAN:
        return _end_card(prior, no_footer) + (not line.after_blank) + _NO_TITLE
    goes_on = _GOES_ON.get((prior, state))
    if goes_on is None:
        return _STEPS.get((prior, state), NEVER)
    if state is State.WRAPPED and _begins_anew(before.text, line.text):
        return goes_on[line.after_blank] + _BEGINS_ANEW
    is_too_much = state is State.PARAGRAPH and len(before.text) + len(line.text) > LONGEST_ABSTRACT
    return goes_on[line.after_blank] + (_NO_TITLE if is_too_much else 0)


def _begins_anew(before: str, text: str) -> bool:
    """Tell whether a line below a whole abstract, without a blank one between, looks like the next title."""
    is_whole = len(before) > _TITLE_COSTS[1][0] and before.endswith((".", "!", "?"))
    return is_whole and _looks_like_title(text)


def _end_card(prior: State, no_footer: int) -> int:
    """Cost of a card ending after a line in this state, inside a gap."""
    if prior in _BODY:
        return no_footer
    return no_footer + _NO_ABSTRACT if prior in _TITLES else _ENDS_EARLY[prior]


def _end(line: Line, state: State, is_footer_next: bool, no_footer: int) -> int:  # noqa: FBT001 - both are of the gap
    """Cost of the last line having this state."""
    if not is_footer_next:
        return _end_card(state, no_footer) if state in (*_BODY, *_TITLES) else 0
    if state in _BODY:  # what looks like a title above a footer has rather lost its abstract
        is_title = (
            state is State.PARAGRAPH and _looks_unfinished(len(line.text), line.text) and line.text.count(" ") > 1
        )
        return _NO_ABSTRACT if is_title else 0
    return _NO_ABSTRACT if state in _TITLES else 2 * _NO_FOOTER


class _Paragraph(NamedTuple):
    """A line and those that follow it without a blank one: how long they are together, and how the last one ends."""

    length: int
    end: str


def _measure_paragraphs(lines: Sequence[Line]) -> list[_Paragraph]:
    """Measure the paragraph that each line would begin."""
    paragraphs: list[_Paragraph] = []
    below: _Paragraph | None = None
    for line in reversed(lines):
        length = len(line.text) + (below.length if below else 0)
        paragraph = _Paragraph(length, below.end if below else line.text)
        paragraphs.append(paragraph)
        below = None if line.after_blank or line.kind is not Kind.TEXT else paragraph
    return paragraphs[::-1]


def _fit_states(line: Line, paragraph: _Paragraph, *, is_footerless_page: bool) -> list[tuple[State, int]]:
    """List the states a line can have with the cost of each, by its looks alone."""
    text = line.text
    odd = 0 if line.kind is Kind.TEXT else _LOOKS_LIKE_FOOTER
    title, abstract = 2 * odd + _title_cost(text), odd + _abstract_cost(*paragraph)
    states = [
        (State.TITLE, title),
        (State.TITLE_WRAPPED, title),
        (State.ABSTRACT, abstract),
        (State.WRAPPED, odd),
        (State.PARAGRAPH, odd + _paragraph_cost(text, paragraph)),
        (State.ORPHAN, abstract),
    ]
    if line.kind in _FOOTER:
        states.append((_FOOTER[line.kind], 0))
    elif line.kind is Kind.TEXT and len(text) <= _TORN_FOOTER_LENGTH:
        if text.startswith(BULLETS) and text[-1:].isalnum() and any(map(str.isdigit, text[:4])):
            states.append((State.AUTHORS, _TORN))
        if not line.after_blank:
            states.append((State.DATE, _TORN))
        elif any(map(str.isdigit, text)):
            states.append((State.DATE, _TORN + 2))
    if line.kind is Kind.TEXT and not is_footerless_page and is_organization(text):
        states.append((State.ORGANIZATION, 0 if line.after_blank else _TORN))
    return states


def _title_cost(text: str) -> int:
    length = len(text)
    too_long = next(
        (cost for limit, cost in _TITLE_COSTS if length <= limit),
        min(_LONG_TITLE + (length - _TITLE_COSTS[-1][0]) // 40, 5 * _LONG_TITLE),
    )
    is_sentence = text.endswith((".", ",", ";", ":"))
    return too_long + (_LOOKS_LIKE_ITEM if is_sentence or text.startswith(BULLETS) else 0)


def _looks_unfinished(length: int, end: str) -> bool:
    """Tell whether a text is as short as a title and ends without a sign, as titles do."""
    return length <= _TITLE_COSTS[0][0] and not end.endswith((".", "!", "?", ":", ";", ","))


def _looks_like_title(text: str) -> bool:
    return _looks_unfinished(len(text), text) and not text.startswith(BULLETS)


def _paragraph_cost(text: str, paragraph: _Paragraph) -> int:
    is_title = _looks_unfinished(*paragraph) and not text.startswith(BULLETS)
    return 1 + (_LOOKS_UNFINISHED if is_title else 0)


def _abstract_cost(length: int, end: str) -> int:
    too_short = next((cost for limit, cost in _ABSTRACT_COSTS if length >= limit), _SHORT_ABSTRACT)
    is_closed = end.endswith((".", "!", "?"))
    return max(too_short - (2 if is_closed else 0), 0) + (_LOOKS_UNFINISHED if _looks_unfinished(length, end) else 0)
