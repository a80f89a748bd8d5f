"""What a case of the corpus is: bytes, and all that is expected of them.

Every text here is invented. The other modules of this folder hold the cases, by what is odd about them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.strategies import LAYOUTS, PLAIN_STYLE, Card, Page, Style, render

if TYPE_CHECKING:
    from collections.abc import Mapping

DAY = "Oct 29"

_SHEEP_TEXT = (
    "We teach a small model to count sheep by letting it watch them jump over a fence until one of the two falls "
    "asleep. The model stays awake longer than its shepherds, and miscounts only in fog. Three fences, two dogs "
    "and a night without moon complete the naïve baseline, which we beat by a “woolly” margin."
)
_ROBOTS_TEXT = (
    "Robots that wait well are rarely praised for it. We measure how long a robot can stand beside a kettle, and "
    "show that the kettle does not mind. In a second experiment the kettle is replaced by a pond, and the robot "
    "by a heron; the results agree to within one frog, as Müller predicted."
)
_FENCE_TEXT = (
    "We ask the fence for its view of the matter. It has none, but it has been there all along, and its records "
    "are complete. Reading them back to front gives the same story as reading them the usual way, only with the "
    "sheep in better spirits and the dogs further off."
)
SHEEP = Card(
    title="Counting Sheep at Scale: A Study in Drowsy Supervision",
    abstract=(_SHEEP_TEXT,),
    author_line="• 3 authors",
    date_line="Jul 10, 2023",
)
ROBOTS = Card(
    title="A Field Guide to Patient Robots",
    abstract=(_ROBOTS_TEXT,),
    organization_line="meadow-lab Meadow Laboratory",
    date_line="Oct 27 12",
)
FENCE = Card(
    title="What the Fence Saw",
    abstract=(_FENCE_TEXT,),
    author_line="• 12 authors",
    organization_line="meadow-lab Meadow Laboratory",
    date_line="Apr 22, 2024",
)


class Case(NamedTuple):
    """Bytes and what is expected of them.

    ``cards`` are the listings; ``quarantine`` the reason and the text of each span in it; ``pages`` the layout and the
    day of each page; ``problems`` the codes of a listing beyond those that its missing pieces explain; ``fields`` what
    is published of a listing. Both go by the listing's number.
    """

    name: str
    raw: bytes
    cards: tuple[Card, ...] = (SHEEP, ROBOTS, FENCE)
    quarantine: tuple[tuple[str, str], ...] = ()
    pages: tuple[tuple[str, str | None], ...] = (("daily_papers", DAY),)
    status: str = "read"
    reason: str | None = None
    encoding: str | None = "utf-8"
    problems: Mapping[int, tuple[str, ...]] = {}
    fields: Mapping[int, Mapping[str, object]] = {}


def write(*cards: Card, header: str = "plain", day: str | None = DAY, style: Style = PLAIN_STYLE) -> bytes:
    """Write one page."""
    return render([Page(header, day, cards)], style).raw


def replace(raw: bytes, old: str, new: str) -> bytes:
    """Put a text in the place of another one that stands there exactly once."""
    if raw.count(old.encode()) != 1:
        msg = f"{old!r} stands {raw.count(old.encode())} times in the page"
        raise ValueError(msg)
    return raw.replace(old.encode(), new.encode())


def make_case(name: str, *cards: Card, header: str = "plain", style: Style = PLAIN_STYLE, **expected: object) -> Case:
    """Make a case of a page of some cards that is to be read as just these."""
    day = None if header == "none" else DAY
    pages = ((LAYOUTS[header], day),)
    raw = write(*cards, header=header, day=day, style=style)
    return Case(name, raw, cards, **{"pages": pages, "encoding": style.codec, **expected})


TWO = write(SHEEP, ROBOTS)
THREE = write(SHEEP, ROBOTS, FENCE)
