"""Good dumps to be damaged, and what is true of them.

Nothing here imports the parser: what our own dumps say is known because they were written that way, and what the dumps
beside the project say is read by :func:`read_plain_dump`, which knows the undamaged form and no other.
"""

from __future__ import annotations

import re
from random import Random
from typing import TYPE_CHECKING, Final

from tests.mutations import Base, Truth
from tests.strategies import HEADERS, STYLES, render, write_dump

if TYPE_CHECKING:
    from pathlib import Path

_OWN_DUMPS: Final = 22


def write_bases(seed: int = 0) -> list[Base]:
    """Write good dumps in every style that has blank lines: without them a scrap above a title is a line of it."""
    styles = [style for style in STYLES if style.gap]
    bases = []
    for number in range(_OWN_DUMPS):
        rng, style = Random(f"base {seed}:{number}"), styles[number % len(styles)]  # noqa: S311 - no secret
        pages = write_dump(rng, style, max_cards=9)
        raw, places = render(pages, style)
        cards = [card for page in pages for card in page.cards]
        truths = [
            Truth(*place, card.title, "\n\n".join(card.abstract), *card[2:5])
            for place, card in zip(places, cards, strict=True)
        ]
        bases.append(Base(f"own {number} ({pages[0].header})", raw, style.codec, truths))
    return bases


def read_bases(shared_dumps: Path) -> list[Base]:
    """Read the real and the rendered dumps beside the project."""
    paths = sorted(shared_dumps.glob("*/*.txt"))
    raws = [path.read_bytes() for path in paths]
    return [Base(path.stem[:3], raw, "utf-8", read_plain_dump(raw)) for path, raw in zip(paths, raws, strict=True)]


def read_plain_dump(raw: bytes) -> list[Truth]:
    """Read an undamaged page in UTF-8: one-line titles and abstracts, in pairs, and a dot above each date line."""
    lines = [(match.start(), match[0].decode()) for match in re.finditer(rb"[^ \n](?:[^\n]*[^ \n])?", raw)]
    header = next(number for number, (_, text) in enumerate(lines) if text == HEADERS["plain"][-1])
    truths: list[Truth] = []
    block: list[tuple[int, str]] = []
    for number, (start, text) in enumerate(lines[header + 2 :], start=header + 2):
        block.append((start, text))
        is_end = lines[number - 1][1] == "·"
        if is_end or number == len(lines) - 1:
            footer = [line for _, line in block[-3:]] if is_end else []
            pairs = block[: len(block) - len(footer)]
            cards = [[*pairs[index : index + 2]] for index in range(0, len(pairs), 2)]
            cards[-1] += block[len(pairs) :]
            truths += [_make_truth(card) for card in cards]
            block = []
    return truths


def _make_truth(card: list[tuple[int, str]]) -> Truth:
    (start, title), (_, abstract), *footer = card
    last_start, last = card[-1]
    line = footer[0][1] if footer else None
    has_authors = line is not None and line.startswith("•")
    return Truth(
        start=start,
        end=last_start + len(last.encode()),
        title=title,
        abstract=abstract,
        author_line=line if has_authors else None,
        organization_line=None if has_authors else line,
        date_line=last if footer else None,
    )
