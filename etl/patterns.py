r"""How the source prints the lines around titles and abstracts, as patterns.

The same text serves two engines: ``re`` recognises lines while a dump is parsed, polars reads the fields later.
So: named groups, no look-around, no nested quantifiers (linear on any input), ASCII digits only.
"""

from __future__ import annotations

from typing import Final

MONTH_NAMES: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)

NUMBER: Final = r"[0-9][0-9,]*(?:\.[0-9]+)?[kKmM]?"
"""A count as printed: ``14``, ``1,056``, ``2.61k``."""

_MADE_OF_BULLETS: Final = (
    *("â€¢", "Â·", "â\x80¢", "?", "\ufffd", "\uf0b7", "\x95"),
    *("&bull;", "&middot;", "&#8226;", "&#183;", "&#x2022;", "&#X2022;", "&#xB7;", "&#xb7;", "&#x00B7;", "&#x00b7;"),
)
"""What tools make of a bullet or a dot: decoded twice, spelled as HTML does, of a font's own, or replaced."""

_ROUND: Final = ("•", "·", "∙", "⋅", "‧", "・", "●", "◦", "▪", "○", "◉", "⚫", "◆", "■", "□", "‣", "\u2043")

BULLETS: Final = (*_ROUND, "*", "-", "\u2013", "\u2014", "+", ">", "»", "\u203a", "►", "▶", "✓", *_MADE_OF_BULLETS)
"""What begins an item of a list, or an author line."""

DOTS: Final = frozenset({*_ROUND, "*", "|", *_MADE_OF_BULLETS})
"""What stands alone on the line between the author line and the date line."""

_MONTH: Final = "|".join(name[:3] + (f"(?:{name[3:]})?" if name[3:] else "") for name in MONTH_NAMES) + "|sept"
SPACES: Final = r" \t\u00a0\u00ad\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff"
"""What stands for a space, or for nothing, as the signs of a class."""

_SPACE: Final = rf"[{SPACES}]+"
_WEEKDAY: Final = (
    rf"(?:(?i:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)(?i:day|nesday|rsday|sday|urday)?\.?,?{_SPACE})?"
)
_OPENING: Final = rf"^(?P<date>(?:(?i:published){_SPACE}(?:(?i:on){_SPACE})?)?{_WEEKDAY}"
_DAY: Final = r"(?P<day>[0-9]{1,2})(?i:st|nd|rd|th)?"
_NAMED_MONTH: Final = rf"(?P<month>(?i:{_MONTH}))\.?"
_CLOSING: Final = rf")(?:{_SPACE}(?P<number>{NUMBER}))?$"

DATE_FORMS: Final = {
    "month_first": rf"{_OPENING}{_NAMED_MONTH}{_SPACE}{_DAY}(?:[{SPACES}]*,[{SPACES}]*(?P<year>[0-9]{{4}}))?{_CLOSING}",
    "day_first": rf"{_OPENING}{_DAY}{_SPACE}{_NAMED_MONTH}(?:,?{_SPACE}(?P<year>[0-9]{{4}}))?{_CLOSING}",
    "iso": rf"{_OPENING}(?P<year>[0-9]{{4}})-(?P<month>[0-9]{{1,2}})-(?P<day>[0-9]{{1,2}}){_CLOSING}",
}
"""Dates that name a day: ``Jul 10, 2023``, ``Sept. 30th 21``, ``10 July 2023``, ``2023-07-10``.

A number behind the date is the number of comments.
"""

RELATIVE_DATE: Final = (
    rf"{_OPENING}(?:(?:(?i:about|over|almost){_SPACE})?(?:[0-9]+|(?i:an?|one)){_SPACE}"
    rf"(?i:seconds?|minutes?|hours?|days?|weeks?|months?|years?){_SPACE}(?i:ago)"
    rf"|(?i:today|yesterday|just now)){_CLOSING}"
)
"""``14 days ago``: a date that names no day."""

_TOUCHING: Final = "|".join(f"[{bullet}]" if bullet in "*?" else bullet for bullet in BULLETS if bullet not in "+>")
AUTHOR_LINE: Final = (
    rf"^(?:&nbsp;[{SPACES}]*)?(?:(?:{_TOUCHING})[{SPACES}]*|[^\w{SPACES}]{{1,2}}{_SPACE}|[0-9]{{1,2}}[.)]{_SPACE})?"
    rf"(?P<number>{NUMBER}){_SPACE}(?i:authors?)$"
)
"""``• 3 authors``; the source prints ``authors`` for one author, too.

A sign that is no known bullet, or the number of a list's item, is one where a space follows: ``+3`` may be three more.
"""

ORGANIZATION_LINE: Final = r"^(?P<handle>[A-Za-z0-9][A-Za-z0-9._-]*)(?:[ \t\u00a0]+(?P<name>.*[^ \t\u00a0]))?$"
"""``naver-ai NAVER AI Lab``: a handle without spaces, then the name. Only its place above the dot makes it one."""

MAX_FOOTER_LINE_LENGTH: Final = 160
"""No line of a footer has more characters; whatever is longer is text without a closer look."""
