"""Patterns that strangers' text goes through: each takes time in proportion to the text, whatever it is."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

import assets
import etl
import etl.patterns
import schemas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHORT, LONG = 2_000, 8_000
SLOWEST_GROWTH = 9.0
"""Four times the text may take four times as long, and some noise; with a square it would be sixteen times."""
LEAST_SECONDS = 0.02
"""What is done sooner is too quick to be measured, and a square would not be."""

PIECES = (
    *(" ", "\t", "\N{NO-BREAK SPACE}", "0", "1,", "1.", "a", "A", "-", ".", "_", "/", "\\", "{", "$", "^", "|", "*"),
    *(
        "\n",
        "a ",
        "1 ",
        " a",
        "a-",
        "a1",
        "ab.",
        "https://",
        "http://a",
        "a/",
        "(",
        "[",
        "<a",
        "&",
        "&a",
        "&#1",
        "\\a{",
    ),
    *("$a", "• 1 ", "Jul ", "Jul 1 ", "Jul 1, ", "20", "2024-", "about 1 ", "published ", "mon ", "1k", "W1", "a: "),
)
ENDINGS = ("", "\x00")
ONLY_AT_THE_START = {
    "etl.extract.split:_PARTING",
    "etl.load.query:_EXPLAIN",
    "etl.load.sql_files:_COLUMN",
    "etl.transform.title_marks:_SIGNED",
}
"""Patterns that are matched at the start of a text alone, and not looked for in it."""


def list_patterns() -> Iterator[tuple[str, re.Pattern[str] | re.Pattern[bytes]]]:
    """List every compiled pattern of the project, and the ones that are kept as text for two engines."""
    for package in (etl, schemas, assets):
        for module_info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module_info.name.endswith("__main__"):
                module = importlib.import_module(module_info.name)
                for name, value in vars(module).items():
                    if isinstance(value, re.Pattern):
                        yield f"{module_info.name}:{name}", value
    for name, value in vars(etl.patterns).items():
        texts = value if isinstance(value, dict) else {"": value} if isinstance(value, str) else {}
        for key, text in texts.items():
            if not name.startswith("_"):
                yield f"etl.patterns:{name}{key}", re.compile(text)


PATTERNS = [name for name, _ in list_patterns()]


def measure(act: Callable[[], object]) -> float:
    """Take the quickest of three runs, in seconds of the processor."""
    times = []
    for _ in range(3):
        started = time.process_time()
        act()
        times.append(time.process_time() - started)
        if times[-1] < LEAST_SECONDS:
            break
    return min(times)


def find_slow_text(pattern: re.Pattern[str] | re.Pattern[bytes], *, is_looked_for: bool = True) -> str | None:
    """Find a text on which a pattern takes more time than in proportion to its length."""

    def apply(text: str | bytes) -> None:
        pattern.match(text)
        if is_looked_for:
            pattern.sub(text[:0], text)

    for piece in PIECES:
        for ending in ENDINGS:
            texts = [make_text(pattern, piece, ending, length) for length in (SHORT, LONG)]
            seconds = [measure(partial(apply, text)) for text in texts]
            if seconds[1] > max(LEAST_SECONDS, SLOWEST_GROWTH * seconds[0]):
                return f"{piece!r} again and again, then {ending!r}: {seconds[0]:.3f} s, then {seconds[1]:.3f} s"
    return None


def make_text(pattern: re.Pattern[str] | re.Pattern[bytes], piece: str, ending: str, length: int) -> str | bytes:
    text = piece * (length // len(piece)) + ending
    return text if isinstance(pattern.pattern, str) else text.encode()


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_takes_time_in_proportion_to_the_text(name: str):
    pattern = dict(list_patterns())[name]

    assert find_slow_text(pattern, is_looked_for=name not in ONLY_AT_THE_START) is None


def test_a_slow_pattern_is_noticed():
    assert find_slow_text(re.compile(r"[0-9]+ (?=hdrcharset)"))
