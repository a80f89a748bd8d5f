r"""How the source prints the lines of a footer, as patterns.

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

_MONTH: Final = "|".join(f"{name[:3]}(?:{name[3:]})?" if name[3:] else name for name in MONTH_NAMES) + "|sept"

NUMBER: Final = r"[0-9][0-9,]*(?:\.[0-9]+)?[kKmM]?"
"""A count as printed: ``14``, ``1,056``, ``2.61k``."""

DATE_LINE: Final = (
    rf"^(?P<date>(?P<month>(?i:{_MONTH}))\.?[ \t]+(?P<day>[0-9]{{1,2}})(?:,[ \t]*(?P<year>[0-9]{{4}}))?)"
    rf"(?:[ \t]+(?P<number>{NUMBER}))?$"
)
"""``Jul 10, 2023``, ``Oct 29``, either with the number of comments behind it: ``Sep 30 21``."""

AUTHOR_LINE: Final = rf"^[•·∙*-]?[ \t]*(?P<number>{NUMBER})[ \t]+(?i:authors?)$"
"""``• 3 authors``; the source prints ``authors`` for one author, too."""

ORGANIZATION_LINE: Final = r"^(?P<handle>[A-Za-z0-9][A-Za-z0-9._-]*)(?:[ \t]+(?P<name>.*[^ \t]))?$"
"""``naver-ai NAVER AI Lab``: a handle without spaces, then the name. Only its place above the dot makes it one."""

DOTS: Final = frozenset("·•∙⋅")
"""What stands alone on the line between the author line and the date line."""

MAX_FOOTER_LINE_BYTES: Final = 160
"""No line of a footer is longer; whatever is longer is text without a closer look."""
