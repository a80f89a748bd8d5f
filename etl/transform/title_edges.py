"""What stands at a title's edges and is no part of it: notes in brackets, and the place where it breaks off.

``[2401.12345] Title``, ``Title (ICLR 2025) [Oral]`` and ``A Long Ti...`` are prints of one title each.
"""

from __future__ import annotations

import re
from typing import Final

_MONTHS: Final = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_LABELS: Final = "part|volume|vol|version|phase|stage|edition|chapter|track|task|round|challenge|season"
_ARXIV_ID: Final = r"(?:arxiv[: ]*)?[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?"
_VENUE: Final = (
    rf"(?:(?:accepted|published|to appear)? ?(?:to|at|in|by)? )?(?!(?:{_MONTHS}|{_LABELS})[a-z]*\b)[a-z][a-z&./+ -]*"
    r"(?: ?['\u2019][0-9]{2}|[ -]?(?:19|20)[0-9]{2})(?:,? [a-z][a-z ]*)?"
)
_WORD: Final = r"oral|spotlight|poster|highlight|best paper(?: award)?|preprint|pdf|extended abstract"
_NOTE: Final = rf"[\[(] *(?:{_ARXIV_ID}|{_VENUE}|{_WORD}) *[\])]"
_IS_NOTE: Final = re.compile(_NOTE, re.IGNORECASE)
_MAX_NOTE: Final = 60
"""Letters of the longest note; what is longer is part of the title."""
_MAX_NOTES: Final = 3


def strip_notes(title: str) -> str:
    """Take venues, arXiv ids and the like in brackets off a title's edges; it never becomes empty.

    >>> [strip_notes(text) for text in ("[2401.12345] Deep Nets", "Deep Nets (ICLR 2025) [Oral]", "Nets (Part 2)")]
    ['Deep Nets', 'Deep Nets', 'Nets (Part 2)']
    """
    core = title.strip()
    for _ in range(_MAX_NOTES):
        stop = min((place for sign in "])" if (place := core.find(sign, 0, _MAX_NOTE)) >= 0), default=-1) + 1
        start = max(core.rfind("[", -_MAX_NOTE), core.rfind("(", -_MAX_NOTE))
        if stop and _IS_NOTE.fullmatch(core[:stop]):
            core = core[stop:].lstrip(" :")
        elif start >= 0 and _IS_NOTE.fullmatch(core[start:]):
            core = core[:start].rstrip()
    return core or title


def breaks_off(title: str) -> bool:
    """Tell whether a title ends with an ellipsis.

    >>> [breaks_off(text) for text in ("A Study of Lad…", "A Study of ...", "A Study.")]
    [True, True, False]
    """
    return title.rstrip().endswith(("\u2026", "..."))
