"""Small invented pages for the tests of the stages and of the whole build, written by hand in the source's layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

LADDERS: Final = (
    "Ladders lean on walls and climbers fall when their rungs break under load. Engineers measure every rung and "
    "report fractures, corrosion and wobble across ninety timber or aluminium ladders. We publish forty years of "
    "their notes. Code is at https://github.com/deep/ladders."
)
TIDES: Final = (
    "Estuaries flood twice daily as moon and sun pull seawater inland past the mangroves. Gauges record heights, "
    "currents and turbidity over forty consecutive lunar months. Sediment, plankton and salt drift upstream with "
    "every tide."
)
LAMPS: Final = (
    "Street lamps attract moths on warm nights and bats follow them along the avenues. Volunteers count wings below "
    "two hundred lanterns with orange or white bulbs. Dimming after midnight spares four insects out of five."
)
MOSS: Final = (
    "Moss covers northern roofs where rain is frequent and slates are old. Roofers scrape it away in spring "
    "although it keeps the rooms below three degrees cooler. A census of eleven villages shows which species return "
    "first and why."
)


def make_card(title: str, abstract: str | None, *footer: str) -> str:
    """Print a card; the footer's lines as given, with the dot before the last of them."""
    lines = [title, *(("", abstract) if abstract else ())]
    if footer:
        *upper, date = footer
        lines += ["", *upper, "·", date]
    return "\n".join(lines)


def make_page(header_date: str, *cards: str) -> str:
    """Print a page."""
    header = ("new", "Get trending papers in your email inbox!", "Subscribe", "Daily Papers")
    return "\n\n".join((*header, "byAK and the research community", header_date, *cards))


OCTOBER: Final = make_page(
    "Oct 29",
    make_card("Deep Ladders Lean on Many Walls", LADDERS, "  • 3 authors", "Jul 10, 2023 4"),
    make_card("Slow Tides", TIDES, "tide-lab The Tide Lab", "Oct 27"),
    make_card("Street Lamps Considered Harmful to Moths", LAMPS),
)
NOVEMBER: Final = make_page(
    "Nov 5",
    make_card("Deep Ladders lean on many Walls", LADDERS, "  • 3 authors", "Jul 10, 2023 6"),
    make_card("Street Lamps Considered Harmful to Moths", LAMPS, "  • 12 authors", "Nov 3, 2024"),
)
MARCH: Final = make_page("Mar 11", make_card("Moss on Northern Roofs", MOSS, "  • 1 authors", "Mar 7"))
NO_PAGE: Final = "Dear all,\n\nthe meeting is moved to Thursday.\n\nBest"

ZERO_AUTHORS: Final = make_card("Slow Tides", TIDES, "  • 0 authors", "Oct 27, 2024")
OLD_YEAR: Final = make_card("Moss on Northern Roofs", MOSS, "  • 2 authors", "Jul 10, 1850")


def write_dumps(folder: Path, **texts: str | bytes) -> Path:
    """Write a folder of dumps, each named by its keyword with ``.txt`` behind it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.txt").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder
