"""What a line between two footers can be, and what each costs by the line's looks alone.

A look holds all that :mod:`etl.extract.segment` wants to know of a line, in few values, so that many lines look alike.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from etl.extract.lines import KEPT_LINES, MAX_LABEL_LENGTH, Kind, count_spaces, is_heading, is_item, is_organization
from etl.patterns import BULLETS, DOTS, MAX_FOOTER_LINE_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
    SCRAP = 6
    """A line that belongs to no card."""
    ORGANIZATION = 7
    AUTHORS = 8
    DOT = 9
    DATE = 10


TITLES: Final = (State.TITLE, State.TITLE_WRAPPED)
BODY: Final = (State.ABSTRACT, State.WRAPPED, State.PARAGRAPH, State.ORPHAN)
FOOTER: Final = (State.ORGANIZATION, State.AUTHORS, State.DOT, State.DATE)

NO_ABSTRACT: Final = 5
"""What it costs that a title has no abstract, or that an abstract ends with what looks like a title."""

LONGEST_ABSTRACT: Final = 2000
"""The source takes its abstracts from an archive that allows 1,920 characters; more is rather two abstracts."""

# Length up to which a line costs so much as a title, and from which on as an abstract.
_TITLE_COSTS: Final = ((150, 0), (200, 1), (250, 3))
_ABSTRACT_COSTS: Final = ((400, 0), (250, 1), (150, 2), (80, 4))
_LONG_TITLE: Final = 6
_LONGEST_TITLE: Final = 30
_LONG_ORGANIZATION: Final = 6
_SHORT_ABSTRACT: Final = 6
_ENOUGH: Final = 400
"""An abstract of so many characters is as good as a longer one."""

_FOOTER_KINDS: Final = {Kind.AUTHORS: State.AUTHORS, Kind.DOT: State.DOT, Kind.DATE: State.DATE}
_DOT_AS_TITLE: Final = 30
_FOOTER_AS_TITLE: Final = 18
_FOOTER_AS_BODY: Final = 6
_FOOTER_APART_AS_BODY: Final = 3
"""Between blank lines a dot or a date is unlike those of a footer."""
_SCRAP: Final = 8
_LOOKS_LIKE_HEADING: Final = (6, 3, 0)
"""By the number of spaces: one or two words inside an abstract are rather a heading in it than the next title."""
_LOOKS_LIKE_ITEM: Final = 4
_LOOKS_UNFINISHED: Final = 3
_TORN: Final = 3
TORN_LENGTH: Final = 30
"""A longer line of text is no torn piece of a footer."""
_TORN_DOT_LENGTH: Final = 3

_HEADING_AS_TITLE: Final = 8
_CLOSED: Final = (".", "!", "?")
_SIGNED: Final = (".", "!", "?", ":", ";", ",")
_SENTENCE: Final = (".", ",", ";", ":")


class Place(NamedTuple):
    """What is told of a line by its place among its neighbours."""

    is_apart: bool
    """A blank line is above it."""
    heading_cost: int
    """What it costs to read it as the next title."""
    begins_anew: bool
    """Where no blank lines are, it looks like a title, and the line above like the end of an abstract."""
    is_too_long: bool
    """Together with what is above it, it is longer than any abstract."""


class Look(NamedTuple):
    """What is told of a line by its text and its place."""

    fits: tuple[tuple[State, int], ...]
    """The states it can have, with the cost of each."""
    place: Place
    ends_like_title: bool
    """As a paragraph it looks like a title."""


class Paragraph(NamedTuple):
    """A line and those that follow it without a blank one: how long they are together, and the sign at their end.

    The length is counted up to what is enough for an abstract.
    """

    length: int
    sign: str

    @property
    def is_closed(self) -> bool:
        """Tell whether it ends as an abstract does: a short question is rather a title."""
        return self.sign in (".", "!") or (self.sign == "?" and self.length > _TITLE_COSTS[0][0])

    @property
    def is_unfinished(self) -> bool:
        """Tell whether it is as short as a title, and ends as titles do."""
        return self.length <= _TITLE_COSTS[0][0] and self.sign in ("", "?")


def look_at(lines: Sequence[Line], *, is_footerless_page: bool) -> list[Look]:
    """Look at each line between two footers."""
    looks: list[Look] = []
    above = ""
    lengths = _measure_above(lines)
    has_blanks = any(line.after_blank for line in lines[1:])
    for line, paragraph, length_above in zip(lines, _measure_paragraphs(lines), lengths, strict=True):
        text = line.text
        begins_anew = (
            not has_blanks and len(above) > _TITLE_COSTS[1][0] and above.endswith(_CLOSED) and _looks_like_title(text)
        )
        is_too_long = length_above + len(text) > LONGEST_ABSTRACT
        is_short = len(text) <= MAX_FOOTER_LINE_LENGTH
        fit = _fit_again if is_short else _fit_line
        heading_cost, is_title = _weigh_title(text) if is_short else (0, False)
        looks.append(
            Look(
                fit(text, line.kind, line.after_blank, paragraph, is_footerless_page),
                Place(line.after_blank, heading_cost, begins_anew, is_too_long),
                is_title,
            )
        )
        above = text
    return looks


def _measure_above(lines: Sequence[Line]) -> list[int]:
    """Measure for each line the paragraph above it; one as short as a title counts together with that above it.

    So an abstract, a title and an abstract in a row are longer than any abstract, whatever the title is like.
    """
    above: list[int] = []
    last = before = 0
    for line in lines:
        above.append(last + (before if last <= _TITLE_COSTS[0][0] else 0))
        if line.after_blank:
            before, last = last, len(line.text)
        else:
            last += len(line.text)
    return above


def fits_title(text: str) -> bool:
    """Tell whether a line looks like a title beyond doubt."""
    return _title_cost(text) <= 1


def fits_abstract(text: str) -> bool:
    """Tell whether a line looks like an abstract beyond doubt."""
    return _abstract_cost(_measure(text)) <= 1


def _fit_line(
    text: str,
    kind: Kind,
    is_apart: bool,  # noqa: FBT001 - what tells lines apart, and so the key of what is kept
    paragraph: Paragraph,
    is_footerless_page: bool,  # noqa: FBT001
) -> tuple[tuple[State, int], ...]:
    """List the states that a line can have, with the cost of each."""
    fits = [*_fit_text(text, kind, paragraph, is_apart=is_apart), *_fit_footer(text, kind, is_apart=is_apart)]
    if kind is Kind.TEXT and not is_footerless_page and is_organization(text):
        too_long = _LONG_ORGANIZATION if len(text) > MAX_LABEL_LENGTH else 0
        fits.append((State.ORGANIZATION, too_long + (0 if is_apart else _TORN)))
    return tuple(fits)


_fit_again = lru_cache(maxsize=KEPT_LINES)(_fit_line)


@lru_cache(maxsize=KEPT_LINES)
def _weigh_title(text: str) -> tuple[int, bool]:
    """Tell what it costs to read a short line below text as a title, and whether it looks like one."""
    spaces = count_spaces(text)
    return _LOOKS_LIKE_HEADING[min(spaces, 2)], spaces > 1 and _looks_like_title(text)


def _fit_text(text: str, kind: Kind, paragraph: Paragraph, *, is_apart: bool) -> Iterator[tuple[State, int]]:
    """List the states of text, with the cost of each."""
    title = _title_cost(text)
    odd = 0
    if kind is not Kind.TEXT:
        title += _DOT_AS_TITLE if kind is Kind.DOT else _FOOTER_AS_TITLE
        odd = _FOOTER_APART_AS_BODY if is_apart and kind in (Kind.DOT, Kind.DATE) else _FOOTER_AS_BODY
    abstract = odd + (0 if is_heading(text) else _abstract_cost(paragraph))
    is_title = kind is Kind.TEXT and paragraph.is_unfinished and not is_item(text)
    yield State.TITLE, title
    yield State.TITLE_WRAPPED, title
    yield State.ABSTRACT, abstract
    yield State.WRAPPED, odd
    yield State.PARAGRAPH, odd + 1 + (_LOOKS_UNFINISHED if is_title else 0)
    yield State.ORPHAN, abstract
    if kind in (Kind.NUMBER, Kind.SUBMITTER):
        yield State.SCRAP, _SCRAP


def _fit_footer(text: str, kind: Kind, *, is_apart: bool) -> Iterator[tuple[State, int]]:
    """List the pieces of a footer that a line can be, or what damage left of one, with the cost of each."""
    if kind in _FOOTER_KINDS:
        yield _FOOTER_KINDS[kind], 0
    elif kind is Kind.TEXT and len(text) <= TORN_LENGTH:
        if text.startswith(BULLETS) and text[-1:].isalnum() and any(map(str.isdigit, text[:4])):
            yield State.AUTHORS, _TORN
        if not is_apart and len(text) <= _TORN_DOT_LENGTH and not DOTS.isdisjoint(text):
            yield State.DOT, _TORN
        if not is_apart:
            yield State.DATE, _TORN
        elif any(map(str.isdigit, text)) and not is_item(text):
            yield State.DATE, _TORN + 2


def _measure_paragraphs(lines: Sequence[Line]) -> list[Paragraph]:
    """Measure the paragraph that each line would begin."""
    paragraphs: list[Paragraph] = []
    below: Paragraph | None = None
    for line in reversed(lines):
        if below is None:
            paragraph = _measure(line.text)
        elif below.length == _ENOUGH:
            paragraph = below
        else:
            paragraph = below._replace(length=min(len(line.text) + below.length, _ENOUGH))
        paragraphs.append(paragraph)
        below = None if line.after_blank or line.kind is not Kind.TEXT else paragraph
    return paragraphs[::-1]


def _measure(text: str) -> Paragraph:
    return Paragraph(min(len(text), _ENOUGH), text[-1:] if text.endswith(_SIGNED) else "")


def _title_cost(text: str) -> int:
    length = len(text)
    too_long = next(
        (cost for limit, cost in _TITLE_COSTS if length <= limit),
        min(_LONG_TITLE + (length - _TITLE_COSTS[-1][0]) // 40, _LONGEST_TITLE),
    )
    looks_like_item = text.endswith(_SENTENCE) or is_item(text)
    return too_long + (_HEADING_AS_TITLE if is_heading(text) else _LOOKS_LIKE_ITEM if looks_like_item else 0)


def _abstract_cost(paragraph: Paragraph) -> int:
    too_short = next((cost for limit, cost in _ABSTRACT_COSTS if paragraph.length >= limit), _SHORT_ABSTRACT)
    return max(too_short - 2 * paragraph.is_closed, 0) + (_LOOKS_UNFINISHED if paragraph.is_unfinished else 0)


def _looks_like_title(text: str) -> bool:
    return _measure(text).is_unfinished and not is_item(text)
