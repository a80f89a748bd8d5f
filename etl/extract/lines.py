"""What a line of a page looks like by itself: its kind, and what else it can be."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache
from typing import Final, NamedTuple

from etl.patterns import (
    AUTHOR_LINE,
    BULLETS,
    DATE_FORMS,
    DOTS,
    MAX_FOOTER_LINE_LENGTH,
    NUMBER,
    ORGANIZATION_LINE,
    RELATIVE_DATE,
)

MAX_LABEL_LENGTH: Final = 60

KEPT_LINES: Final = 2**13
"""How many short lines each process keeps what it found out of: footers repeat."""

_AUTHOR_LINE = re.compile(AUTHOR_LINE)
_DATE_FORMS = {name: re.compile(form) for name, form in DATE_FORMS.items()}
_DATE = re.compile("|".join(re.sub(r"\?P<[a-z]+>", "?:", form) for form in (*DATE_FORMS.values(), RELATIVE_DATE)))
_NUMBER_LINE = re.compile(rf"^(?:\[[-+]\][ \t]*)?(?:{NUMBER}|[-–—])$")  # noqa: RUF001 - a dash stands for no number
_ORGANIZATION_LINE = re.compile(ORGANIZATION_LINE)
_SUBMITTER_LABEL = re.compile(r"^(?i:submitted[ \t\u00a0]+by)(?::|\b)")


_COMPANY_ENDS: Final = (
    " inc.",
    " ltd.",
    " co.",
    " corp.",
    " llc.",
    " s.a.",
    " e.v.",
    " plc.",
    " univ.",
    " inst.",
    " dept.",
)


_LABELLED: Final = re.compile(
    r"^(?i:keywords?|key words|index terms|tl;? ?dr|code|demo|dataset|github|home ?page|project|project page|web ?site"
    r"|warning|note|disclaimer)[ ]?:|https?://|[ (]www[.]"
)
"""How the last paragraph of an abstract begins that says where the code is, and the like, or what is in it."""

_HEADINGS: Final = frozenset({"abstract", "abstract:", "summary", "summary:", "tl;dr", "tl;dr:", "tldr"})
LONGEST_HEADING: Final = max(map(len, _HEADINGS))
_NUMBERED: Final = re.compile(r"^\(?[0-9]{1,2}[.)][ \t\u00a0]")
_SAME_LETTERS: Final = 3
_FIRST_OF_EAST_ASIA: Final = "\u2e80"


class Kind(IntEnum):
    """What a line looks like by itself; its place decides what it is."""

    TEXT = 0
    AUTHORS = 1
    DOT = 2
    DATE = 3
    NUMBER = 4
    SUBMITTER = 5


class Line(NamedTuple):
    """A line that is not blank: ``raw[start:end]`` without outer white space, and whether a blank line is above it."""

    start: int
    end: int
    text: str
    kind: Kind
    after_blank: bool


def classify_line(text: str) -> Kind:
    """Tell what a stripped line looks like.

    >>> [classify_line(text).name for text in ("Sep 30, 2024 21", "14 days ago", "1,056", "September was warm")]
    ['DATE', 'DATE', 'NUMBER', 'TEXT']
    """
    return _classify(text) if len(text) <= MAX_FOOTER_LINE_LENGTH else Kind.TEXT


@lru_cache(maxsize=KEPT_LINES)
def _classify(text: str) -> Kind:
    if text in DOTS:
        return Kind.DOT
    if _AUTHOR_LINE.match(text):
        return Kind.AUTHORS
    if len(text) <= MAX_LABEL_LENGTH:
        if _DATE.match(text):
            return Kind.DATE
        if _NUMBER_LINE.match(text):
            return Kind.NUMBER
    return Kind.SUBMITTER if _SUBMITTER_LABEL.match(text) else Kind.TEXT


def can_be_cut(text: str) -> bool:
    """Tell whether a date line reads well and may yet lack its end: a day, a year or a number of comments.

    >>> [can_be_cut(text) for text in ("Jul 10, 2023", "Jul 10, 2023 1", "Oct 2", "2023-07-1", "Oct")]
    [False, True, True, True, False]
    """
    match = next((match for form in _DATE_FORMS.values() if (match := form.match(text))), None)
    if match is None:
        return False
    is_open = match["year"] is None or (match.end("day") == match.end("date") and len(match["day"]) == 1)
    return match["number"] is not None or is_open


def is_organization(text: str) -> bool:
    """Tell whether a line can name an organisation: a handle, then a name, and neither a sentence nor an address."""
    is_sentence = text.endswith((".", "!", "?", ":", ",", ";")) and not text.lower().endswith(_COMPANY_ENDS)
    is_line = len(text) <= MAX_FOOTER_LINE_LENGTH and "•" not in text and "://" not in text
    return is_line and not is_sentence and _ORGANIZATION_LINE.match(text) is not None


def names_itself(text: str) -> bool:
    """Tell whether handle and name of an organisation begin alike, as those of hardly any sentence do.

    >>> names_itself("naver-ai NAVER AI Lab"), names_itself("Under review")
    (True, False)
    """
    handle, _, name = text.lower().partition(" ")
    return len(handle) >= _SAME_LETTERS and name.lstrip()[:_SAME_LETTERS] == handle[:_SAME_LETTERS]


def is_item(text: str) -> bool:
    """Tell whether a line reads like an item of a list, a label or an address, and so not like a title."""
    beginning = text[:MAX_FOOTER_LINE_LENGTH]
    return (
        text.startswith(BULLETS)
        or _NUMBERED.match(beginning) is not None
        or (":" in beginning and _LABELLED.search(beginning) is not None)
    )


def is_heading(text: str) -> bool:
    """Tell whether a line only says that an abstract follows."""
    return len(text) <= LONGEST_HEADING and text.lower() in _HEADINGS


def count_spaces(text: str) -> int:
    """Count the spaces between words; in Chinese and Japanese, which print none, two letters are a word."""
    spaces = text.count(" ")
    return spaces if text.isascii() else spaces + sum(letter >= _FIRST_OF_EAST_ASIA for letter in text) // 2
