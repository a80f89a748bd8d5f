"""Which lines between two footers are titles, which are abstracts: the cheapest reading by a small table of costs.

A clean card is a title and a one-line abstract and needs no thought. Everything else (missing footers, titles or
abstracts, several paragraphs, wrapped lines, damaged blocks) is a shortest path: each line takes a state, unlikely
lines (``etl.extract.looks``) and unlikely steps cost, and the cheapest sequence wins. The path finds its way again
after damage by itself. Costs are whole numbers, so ties break the same way everywhere: by the order of ``State``.

Steps are kept: a step depends on the costs so far, relative to the cheapest, and on the line's look, and of both there
are few. So a page of a million equal lines costs a look-up for each.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from etl.extract.lines import Kind
from etl.extract.looks import BODY, FOOTER, NO_ABSTRACT, TITLES, Look, Place, State, fits_abstract, fits_title, look_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from etl.extract.lines import Line

NEVER: Final = 10**6
KEPT_STEPS: Final = 2**14

_NO_TITLE: Final = 12
_NO_FOOTER: Final = 6
_NO_FOOTER_ON_FOOTERLESS_PAGE: Final = 1
_TOO_LONG: Final = 12
_BEGINS_ANEW: Final = 9

_BEGINNINGS: Final = {State.TITLE: 0, State.SCRAP: 0, State.ORPHAN: _NO_TITLE} | dict.fromkeys(FOOTER, 17)
"""What it costs that a card begins with a line in this state."""

CARD_BEGINNINGS: Final = frozenset({State.TITLE, State.ORPHAN, State.SCRAP})
"""States that begin a new card wherever they stand."""

_NO_STEP: Final = (NEVER, NEVER)
_STEPS: Final = {
    **{(title, State.TITLE_WRAPPED): (3, NEVER) for title in TITLES},
    **{(title, State.ABSTRACT): (1, 0) for title in TITLES},
    **{(title, State.AUTHORS): (5, 5) for title in TITLES},
    **{(title, State.DOT): (9, 9) for title in TITLES},
    **{(title, State.DATE): (12, 12) for title in TITLES},
    **{(body, State.WRAPPED): (0, NEVER) for body in BODY},
    **{(body, State.PARAGRAPH): (NEVER, 3) for body in BODY},
    **{(body, State.ORGANIZATION): (4, 4) for body in BODY},
    **{(body, State.AUTHORS): (0, 0) for body in BODY},
    **{(body, State.DOT): (3, 5) for body in BODY},
    **{(body, State.DATE): (7, 9) for body in BODY},
    (State.ORGANIZATION, State.AUTHORS): (0, 2),
    (State.ORGANIZATION, State.DOT): (0, 2),
    (State.ORGANIZATION, State.DATE): (3, 12),
    (State.AUTHORS, State.ORGANIZATION): (0, 4),
    (State.AUTHORS, State.DOT): (0, 2),
    (State.AUTHORS, State.DATE): (3, 12),
    (State.DOT, State.DOT): (3, 5),
    (State.DOT, State.DATE): (0, 2),
}
"""Steps inside a card: what each costs without a blank line between, and with one; no other is taken."""

_ENDS: Final = {
    **dict.fromkeys(BODY, 0),
    **dict.fromkeys(TITLES, NO_ABSTRACT),
    State.SCRAP: 0,
    State.ORGANIZATION: NEVER,
    State.AUTHORS: 4,
    State.DOT: 8,
    State.DATE: 0,
}
"""What it costs that a card ends behind a line in this state, its footer not counted."""

_LACKS_FOOTER: Final = frozenset({*TITLES, *BODY})
"""States behind which a card ends without a footer."""


def segment_lines(lines: Sequence[Line], *, is_footer_next: bool, is_footerless_page: bool) -> list[State]:
    """Give each line between two footers its state, so that the whole costs least.

    ``is_footer_next`` says that a whole footer follows the last line; otherwise the dump or the page ends there.
    ``is_footerless_page`` says that the page prints no footers, so that their absence is no sign of damage.
    Errors: none; the time is linear in the number of lines.
    """
    states: list[State] = []
    whole = (0, len(lines), not is_footerless_page and _are_clean_cards(lines))
    for start, stop, is_clean in _cut_at_clean_cards(lines) if is_footerless_page else [whole]:
        piece = lines[start:stop]
        if is_clean:
            states += [State.TITLE, State.ABSTRACT] * (len(piece) // 2)
        else:
            states += _find_path(piece, is_footer_next=is_footer_next, is_footerless_page=is_footerless_page)
    return states


def is_clean_card(title: Line, abstract: Line) -> bool:
    """Tell whether two lines are a title and a one-line abstract beyond doubt.

    A property test holds this against the shortest path: whatever is clean here, the path reads the same way.
    """
    return (
        abstract.after_blank
        and title.kind is Kind.TEXT
        and abstract.kind is Kind.TEXT
        and fits_title(title.text)
        and fits_abstract(abstract.text)
    )


def _are_clean_cards(lines: Sequence[Line]) -> bool:
    """Tell whether lines of a page with footers are titles and one-line abstracts in turn, beyond doubt.

    A title below an abstract ends like a title, for else it can be a paragraph.
    """
    return len(lines) % 2 == 0 and all(
        is_clean_card(lines[place], lines[place + 1])
        and (place == 0 or (_is_set_off(lines[place]) and not lines[place].text.endswith("!")))
        for place in range(0, len(lines), 2)
    )


def _is_set_off(title: Line) -> bool:
    """Tell whether a title stands apart, and has three words or more: one or two can be a heading in an abstract."""
    return title.after_blank and title.text.count(" ") > 1


def _cut_at_clean_cards(lines: Sequence[Line]) -> Iterator[tuple[int, int, bool]]:
    """Cut the lines of a page without footers into stretches that are clean cards, and stretches that want thought.

    A clean card stands alone if the next one is clean, too: otherwise what follows can be more of its abstract.
    """
    count = len(lines)
    clean = [
        place + 1 < count and _is_set_off(lines[place]) and is_clean_card(lines[place], lines[place + 1])
        for place in range(count)
    ]
    return cut_at_settled_cards(clean)


def cut_at_settled_cards(clean: Sequence[bool]) -> Iterator[tuple[int, int, bool]]:
    """Cut lines, of which it is known whether a clean card begins there, into stretches of cards and others."""
    count = len(clean)
    settled = [is_clean and (place + 2 >= count or clean[place + 2]) for place, is_clean in enumerate(clean)]
    start = place = 0
    while place < count:
        if not settled[place]:
            place += 1
            continue
        if start < place:
            yield start, place, False
        start = place
        while place < count and settled[place]:
            place += 2
        yield start, place, True
        start = place
    if start < count:
        yield start, count, False


def _find_path(lines: Sequence[Line], *, is_footer_next: bool, is_footerless_page: bool) -> list[State]:
    """Find the states that cost least together."""
    no_footer = _NO_FOOTER_ON_FOOTERLESS_PAGE if is_footerless_page else _NO_FOOTER
    looks = look_at(lines, is_footerless_page=is_footerless_page)
    costs = _begin(looks[0])
    origins: list[dict[State, State]] = []
    for above, look in pairwise(looks):
        costs, origin = _go_on(costs, look, no_footer, leaves_title=above.ends_like_title)
        origins.append(origin)
    ends = [cost + _end(looks[-1], state, no_footer, is_footer_next=is_footer_next) for state, cost in costs]
    path = [costs[ends.index(min(ends))][0]]
    for origin in reversed(origins):
        path.append(origin[path[-1]])
    return path[::-1]


_Costs = tuple[tuple[State, int], ...]
"""The states that the last line can have, with the cost of the cheapest way to each, beyond the cheapest of all."""


def _begin(look: Look) -> _Costs:
    return _relate([(state, _BEGINNINGS.get(state, NEVER) + fit) for state, fit in look.fits])


@lru_cache(maxsize=KEPT_STEPS)
def _go_on(costs: _Costs, look: Look, no_footer: int, *, leaves_title: bool) -> tuple[_Costs, dict[State, State]]:
    """Go one line further: the costs of its states, and for each the state that the line above then has."""
    origins: dict[State, State] = {}
    totals: list[tuple[State, int]] = []
    steps = _list_steps(look.place, no_footer, leaves_title=leaves_title)
    for state, fit in look.fits:
        to_state = steps[state]
        ways = [cost + to_state[prior] for prior, cost in costs]
        best = min(ways)
        origins[state] = costs[ways.index(best)][0]
        totals.append((state, best + fit))
    return _relate(totals), origins


def _relate(totals: list[tuple[State, int]]) -> _Costs:
    least = min([cost for _, cost in totals])
    return tuple([(state, cost - least) for state, cost in totals if cost - least < NEVER])


@cache
def _list_steps(place: Place, no_footer: int, *, leaves_title: bool) -> list[list[int]]:
    """List by state what the way to it costs from each prior one."""
    return [[_step(prior, state, place, no_footer, leaves_title=leaves_title) for prior in State] for state in State]


def _step(prior: State, state: State, place: Place, no_footer: int, *, leaves_title: bool) -> int:
    """Cost of going from one line's state to the next line's."""
    leaving = NO_ABSTRACT if leaves_title and prior is State.PARAGRAPH and state not in BODY else 0
    if state in CARD_BEGINNINGS:
        heading = place.heading_cost if prior in BODY and state is State.TITLE else 0
        return leaving + _end_card(prior, no_footer) + (not place.is_apart) + heading + _BEGINNINGS[state]
    step = _STEPS.get((prior, state), _NO_STEP)[place.is_apart]
    if state is State.WRAPPED and place.begins_anew:
        return step + _BEGINS_ANEW
    if state is State.PARAGRAPH and place.is_too_long:
        return step + _TOO_LONG
    return leaving + step


def _end_card(prior: State, no_footer: int) -> int:
    """Cost of a card ending behind a line in this state, with no whole footer below."""
    return _ENDS[prior] + (no_footer if prior in _LACKS_FOOTER else 0)


def _end(look: Look, state: State, no_footer: int, *, is_footer_next: bool) -> int:
    """Cost of the last line having this state."""
    if not is_footer_next:  # the dump may end anywhere in a footer
        return _end_card(state, no_footer) if state in _LACKS_FOOTER else 0
    if state not in _LACKS_FOOTER:
        return 2 * _NO_FOOTER
    return NO_ABSTRACT if state in TITLES or (state is State.PARAGRAPH and look.ends_like_title) else 0
