"""Nothing on a page makes the parser's work grow faster than the page.

Calls are counted, not seconds. A pattern's own steps cannot be counted, so patterns are kept from long lines instead,
and none of them repeats a repetition.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import pytest

from etl import patterns
from etl.extract import edges, headers, lines
from etl.extract.parse import parse_dump
from tests.etl.extract.ledger import count_calls
from tests.hostile.cases import SHEEP, write

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE = 4_000
HEADER = write().decode()
FOOTER = "\n\n  • 3 authors\n·\nJul 10, 2023\n"
UNITS = (
    *(" ", "9", ",", ".", "·", "•", "a", "\u00a0", "\r", "\n", "\ufffd", "Ã", "[", "\0a"),
    *("• ", "1,", "9.", "· 3", "Jan ", "Jan 3 ", "1 authors ", "a b ", "k ", "-", "- "),
    *("a\n", "a.\n\n", "Ab\n\n", "9\n", "•\n", "·\n", "- a\n", "a b\n", "naver-ai Lab\n", "Methods\n\n", "About\n"),
    *("• 3 authors\n", "Jan 3\n", "·\nJan 3\n", "• 3 authors\n·\nJan 3\n", "• 3 authors · Jan 3\n", "a b · Jan 3\n"),
    *("Submitted by\n", "Submitted by x\n", "Submitted by x\n3\n", "3\nSubmitted by\n", "Upvote\n3\n", "GitHub 3\n"),
    *("new\n", "Models\n", "Daily\nWeekly\n", "Subscribe\nx\n", "byAK and the research community\n", f"{HEADER}\n"),
    *("A title of some words\n\nAn abstract that says next to nothing, but says it at length.\n\n",),
)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    "wrap",
    [
        lambda text: text,
        lambda text: HEADER + "\n" + text + FOOTER,
        lambda text: HEADER + "\nSubmitted by x\n\n3\n\nA title\n\n" + text + FOOTER,
        lambda text: HEADER + "\n" + SHEEP.title + "\n\n" + SHEEP.abstract[0] + FOOTER + text,
    ],
    ids=("alone", "above_a_footer", "on_a_page_with_votes", "below_a_footer"),
)
def test_twice_the_bytes_take_no_more_than_twice_the_calls(unit: str, wrap: Callable[[str], str]):
    raws = [wrap(unit * (size // len(unit))).encode() for size in (SIZE, 2 * SIZE)]
    once, twice = (count_calls(partial(parse_dump, raw)) for raw in raws)
    assert twice <= 2.2 * once + 1000


class Spy:
    """A pattern that notes the longest text it was tried on."""

    def __init__(self, pattern: re.Pattern[str], longest: list[int]) -> None:
        self.pattern = pattern
        self.longest = longest

    def match(self, text: str) -> re.Match[str] | None:
        self.longest.append(len(text))
        return self.pattern.match(text)


@pytest.mark.parametrize("unit", [" a", "9", "9,", "• ", "· ", "Jan 3 ", "Submitted by ", "a b "])
def test_no_pattern_sees_a_long_line(monkeypatch: pytest.MonkeyPatch, unit: str):
    longest: list[int] = [0]
    for module in (lines, headers):
        for name, value in vars(module).copy().items():
            if isinstance(value, re.Pattern):
                monkeypatch.setattr(module, name, Spy(value, longest))
            elif isinstance(value, tuple) and value and isinstance(value[0], re.Pattern):
                monkeypatch.setattr(module, name, tuple(Spy(pattern, longest) for pattern in value))
    for size in (50, 150, 170, 20_000):
        parse_dump((HEADER + "\n" + unit * (size // len(unit)) + FOOTER).encode())
    assert 0 < max(longest) <= patterns.MAX_FOOTER_LINE_LENGTH


def list_patterns() -> list[str]:
    texts = [patterns.AUTHOR_LINE, patterns.ORGANIZATION_LINE, patterns.RELATIVE_DATE, patterns.NUMBER]
    texts += patterns.DATE_FORMS.values()
    for module in (lines, headers, edges):
        texts += [value.pattern for value in vars(module).values() if isinstance(value, re.Pattern)]
    return texts


@pytest.mark.parametrize("pattern", list_patterns())
def test_no_pattern_repeats_a_repetition(pattern: str):
    assert not repeats_a_repetition(pattern)


@pytest.mark.parametrize(
    ("pattern", "expected"), [("(a+)+", True), ("(?:a*b)*", True), ("(?:a+)?b{2}", False), ("a+b*", False)]
)
def test_a_repeated_repetition_is_noticed(pattern: str, *, expected: bool):
    assert repeats_a_repetition(pattern) is expected


def repeats_a_repetition(pattern: str) -> bool:
    """Tell whether an unbounded repetition stands inside of one: follow the groups and what is put behind them."""
    unbounded = re.compile(r"[*+]|\{\d*,\}")
    plain = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "x", pattern)
    opened: list[bool] = []
    index = 0
    has_repetition = False
    while index < len(plain):
        char = plain[index]
        if char == "(":
            opened.append(has_repetition)
            has_repetition = False
        elif char == ")":
            is_repeated = unbounded.match(plain, index + 1) is not None
            if is_repeated and has_repetition:
                return True
            has_repetition = opened.pop() or has_repetition or is_repeated
        elif unbounded.match(plain, index):
            has_repetition = True
        index += 1
    return False
