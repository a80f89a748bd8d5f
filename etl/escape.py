"""Other people's text made safe to show, on a terminal as in a page: what could steer it becomes something to read."""

from __future__ import annotations

import re
from typing import Final

# C0 and C1 controls, line separators, what turns the direction of writing, and halves of surrogate pairs.
_UNSAFE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_NAMED: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def escape_text(text: str) -> str:
    r"""Write every character that could steer a terminal or turn a page's text as an escape sequence.

    >>> print(escape_text("a\x1b[31m\nb"))
    a\x1b[31m\nb
    """
    return _UNSAFE.sub(_escape_character, text)


def escape_lines(text: str) -> str:
    r"""Do the same line by line: line ends stay.

    >>> print(escape_lines("a\x1b[31m\nb"))
    a\x1b[31m
    b
    """
    return "\n".join(map(escape_text, text.split("\n")))


def escape_json(text: str) -> str:
    r"""Write the same characters in a text of JSON as JSON's own escape sequences: what it says stays.

    >>> print(escape_json('["a\u009b31m"]'))
    ["a\u009b31m"]
    """
    return "\n".join(_UNSAFE.sub(_escape_for_json, line) for line in text.split("\n"))


def _escape_for_json(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _escape_character(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    return _NAMED.get(character) or (f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}")  # noqa: PLR2004
