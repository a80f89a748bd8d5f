"""Invented pages for the tests: what they say, how that is printed, and Hypothesis strategies for both.

Nothing here imports the parser: what a page says is known because it was written that way. Writers take any
``random.Random``, so that the same pages serve seeded runs and Hypothesis, which draws and shrinks its choices.
"""

from __future__ import annotations

import textwrap
from itertools import chain, cycle
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

_NEWSLETTER = "Get trending papers in your email inbox!"
_DAILY = "Get trending papers in your email inbox once a day!"
_BYLINE = "byAK and the research community"

HEADERS = {
    "plain": ("new", _NEWSLETTER, "Subscribe", "Daily Papers", _BYLINE),
    "without_heading": ("new", _NEWSLETTER, "Subscribe", _BYLINE),
    "tabs": ("new", _DAILY, _NEWSLETTER, "Subscribe", "Daily Papers", _BYLINE, "Daily", "Weekly", "Monthly"),
    "trending": ("new", _NEWSLETTER, "once a day!", "Subscribe", "Trending Papers", _BYLINE),
    "weekly": ("new", _NEWSLETTER, "Subscribe", "Weekly Papers", _BYLINE),
    "monthly": ("new", _NEWSLETTER, "Subscribe", "Monthly Papers", _BYLINE),
    "search": ("new", _NEWSLETTER, "Subscribe", "Search Results", _BYLINE),
    "none": (),
}
"""What a page prints above its day, by a name for each kind of header."""

LAYOUTS = {
    "plain": "daily_papers",
    "without_heading": "daily_papers",
    "tabs": "daily_papers_voted",
    "trending": "trending_papers",
    "weekly": "weekly_papers",
    "monthly": "monthly_papers",
    "search": "search_results",
    "none": "daily_papers",
}
"""Which layout each kind of header tells."""

_TITLE_TEXT = (
    "Sparse Dense Neural Attention Über-Net Graphs Zero-Shot Café GPT-9 LLaMA-λ Rényi Münch 中文 Why How Towards "
    "Learning of with for and Robots Agents Retrieval C++ 2.5D $\\alpha$-Flow boldsymbolλ-Norm Benchmarks Planning"
)
_ABSTRACT_TEXT = (
    "we study how large models plan and why naïve search fails while tools, data and feedback help them improve on "
    "tasks that need “memory” or 3-step reasoning with 42 % fewer tokens than λ-pruned baselines of the same size"
)
_TITLE_WORDS, _ABSTRACT_WORDS = _TITLE_TEXT.split(), _ABSTRACT_TEXT.split()
_HANDLES = ("naver-ai", "pathwaycom", "lab_7", "Qwen", "org.one", "4x")
_ORGANIZATION_NAMES = ("", "NAVER AI Lab", "Pathway", "Universität Zürich", "A-Star Lab (Robotics)")
_FOOTERS = (*("authors",) * 14, *("organization",) * 7, *("both",) * 4, "missing")
_MONTHS = ("Jan", "Feb", "March", "April", "May", "June", "Jul", "Aug.", "Sept", "October", "Nov", "dec")
_DAYS = (
    *("{month} {day}", "{month} {day}, 2021", "{month} {day}, 2024", "{day} {month}", "{day} {month} 2023"),
    *("2022-07-{day}", "{month} {day}th, 2023", "{day} days ago"),
)
_COUNTS = ("", "", " 1", " 21", " 1,056", " 2.6k")


class Card(NamedTuple):
    """A card as it shall be printed; None where nothing is."""

    title: str
    abstract: tuple[str, ...] = ()
    author_line: str | None = None
    organization_line: str | None = None
    date_line: str | None = None
    submitted_by: str | None = None
    upvotes: str | None = None


class Page(NamedTuple):
    """A page as it shall be printed, under one of :data:`HEADERS`."""

    header: str
    header_date: str | None
    cards: tuple[Card, ...]


class Style(NamedTuple):
    """How pages are written to bytes; line ends take turns, ``width`` wraps abstracts, ``gap`` counts blank lines."""

    line_ends: tuple[str, ...] = ("\n",)
    codec: str = "utf-8"
    mark: bytes = b""
    gap: int = 1
    width: int | None = None
    indent: str = "  "
    is_closed: bool = True


PLAIN_STYLE = Style()

STYLES = (
    PLAIN_STYLE,
    Style(line_ends=("\r\n",), indent="\t"),
    Style(line_ends=("\r",), is_closed=False),
    Style(line_ends=("\n", "\r\n"), gap=2),
    Style(mark=b"\xef\xbb\xbf", width=80),
    Style(codec="utf-16-le", mark=b"\xff\xfe", line_ends=("\r\n",)),
    Style(codec="utf-16-be", mark=b"\xfe\xff", gap=2, indent="\u00a0 "),
    Style(codec="utf-16-le", is_closed=False),
    Style(codec="utf-16-be", width=100),
    Style(codec="windows-1252", line_ends=("\r\n",)),
    Style(gap=3, width=60, is_closed=False),
    Style(gap=0, indent=""),
)
"""Ways to write a page. Without blank lines paragraphs cannot be told apart."""


class Rendered(NamedTuple):
    """Pages as bytes, and the place of each card in them: first byte, and first byte after its last line."""

    raw: bytes
    places: tuple[tuple[int, int], ...]


def render(pages: Sequence[Page], style: Style = PLAIN_STYLE) -> Rendered:
    """Write pages one after the other and note where each card came to lie."""
    raw, places = bytearray(style.mark), dict[int, tuple[int, int]]()
    lines = list(_list_lines(pages, style))
    while lines and not lines[-1][1]:
        lines.pop()
    for number, ((owner, text), line_end) in enumerate(zip(lines, cycle(style.line_ends), strict=False), start=1):
        if owner is not None:
            start = len(raw) + len(text[: len(text) - len(text.lstrip())].encode(style.codec))
            end = start + len(text.strip().encode(style.codec))
            places[owner] = (places.get(owner, (start, end))[0], end)
        raw += text.encode(style.codec)
        if style.is_closed or number < len(lines):
            raw += line_end.encode(style.codec)
    return Rendered(bytes(raw), tuple(places.values()))


def _list_lines(pages: Sequence[Page], style: Style) -> Iterator[tuple[int | None, str]]:
    """Print pages line by line, blank ones included; each with the number of the card that it belongs to."""
    number = 0
    for page in pages:
        header = [[text] for text in HEADERS[page.header] + ((page.header_date,) if page.header_date else ())]
        cards = [list_blocks(card, style) for card in page.cards]
        for owner, blocks in enumerate([header, *cards], start=number - 1):
            for block in blocks:
                yield from ((owner if blocks is not header else None, text) for text in block)
                yield from [(None, "")] * style.gap
        number += len(cards)


def list_blocks(card: Card, style: Style = PLAIN_STYLE) -> list[list[str]]:
    """Print a card as blocks of lines; blank lines stand between blocks, none inside."""
    width = style.width or max(map(len, card.abstract), default=1)
    wrap = textwrap.TextWrapper(width, break_long_words=False, break_on_hyphens=False).wrap
    head = [[f"Submitted by {card.submitted_by}"]] if card.submitted_by else []
    votes = [[card.upvotes]] if card.upvotes else []
    footer = [card.organization_line, card.author_line and style.indent + card.author_line]
    end = [[text for text in (*footer, "·", card.date_line) if text]] if any(footer) or card.date_line else []
    return [*head, *votes, [card.title], *map(wrap, card.abstract), *end]


def restrict(page: Page, codec: str) -> Page:
    """Put a question mark for each character that an encoding does not have."""

    def fit(text: str) -> str:
        return text.encode(codec, "replace").decode(codec)

    cards = (
        Card(*(tuple(map(fit, one)) if isinstance(one, tuple) else one and fit(one) for one in card))
        for card in page.cards
    )
    return page._replace(cards=tuple(cards))


def write_title(rng: Random) -> str:
    """Write a title of three words and more, that ends like a title."""
    words = [rng.choice(_TITLE_WORDS) for _ in range(rng.randint(3, 12))]
    return " ".join(words) + rng.choice(("", "", "?", " (Part II)"))


def write_paragraph(rng: Random, *, min_length: int, max_length: int) -> str:
    """Write a paragraph on one line that ends with a full stop, of about a length in characters."""
    length = rng.randint(min_length, max_length)
    words = " ".join(rng.choice(_ABSTRACT_WORDS) for _ in range(24))
    text = f"{words[:1].upper()}{words[1:]} " * (length // len(words) + 1)
    return f"{text[:length].strip(' .,')}."


def write_date_line(rng: Random) -> str:
    """Write a date line, with or without a year and a number of comments; a number never looks like a year."""
    day = rng.choice(_DAYS).format(month=rng.choice(_MONTHS), day=rng.randint(10, 28))
    return day + rng.choice(_COUNTS)


def write_card(rng: Random, *, footer: str, paragraphs: int = 1, is_voted: bool = False) -> Card:
    """Write a card with a title, an abstract and a footer as in ``schemas.codes.FOOTERS``."""
    longest = 1900 // paragraphs
    abstract = [write_paragraph(rng, min_length=400, max_length=longest) for _ in range(paragraphs)]
    organization_line = f"{rng.choice(_HANDLES)} {rng.choice(_ORGANIZATION_NAMES)}".strip()
    return Card(
        title=write_title(rng),
        abstract=tuple(abstract),
        author_line=f"• {rng.randint(1, 3000)} authors" if footer in ("authors", "both") else None,
        organization_line=organization_line if footer in ("organization", "both") else None,
        date_line=write_date_line(rng) if footer != "missing" else None,
        submitted_by=rng.choice(("taesiri", "Ada L.", "x")) if is_voted else None,
        upvotes=rng.choice(("7", "1,056", "1.2k")) if is_voted else None,
    )


def write_page(rng: Random, style: Style = PLAIN_STYLE, *, footer: str | None = None, max_cards: int = 6) -> Page:
    """Write a page that can be read in one way only; ``footer`` for all cards, chosen card by card when not said."""
    header = rng.choice(("plain", "plain", *HEADERS)) if footer is None else "plain"
    is_voted = LAYOUTS[header] != "daily_papers"
    cards = []
    for _ in range(rng.randint(1, max_cards)):
        kind = footer or rng.choice(_FOOTERS)
        paragraphs = 1 if style.gap == 0 or kind == "missing" else rng.choice((1, 1, 1, 2, 3))
        cards.append(write_card(rng, footer=kind, paragraphs=paragraphs, is_voted=is_voted))
    if footer is None and all(card.date_line is None for card in cards):
        cards[0] = write_card(rng, footer="authors", is_voted=is_voted)
    day = None if header == "none" else rng.choice(("Oct 29", "Jan 1", "Mar 11, 2025", "November 3"))
    return restrict(Page(header, day, tuple(cards)), style.codec)


def write_dump(rng: Random, style: Style = PLAIN_STYLE, *, max_cards: int = 6) -> tuple[Page, ...]:
    """Write one page, or two in a row, each under a header of its own."""
    pages = [write_page(rng, style, max_cards=max_cards) for _ in range(rng.choice((1, 1, 2)))]
    return tuple(page for page in pages if page.header != "none" or len(pages) == 1) or (pages[0],)


@st.composite
def dumps(draw: st.DrawFn, style: Style = PLAIN_STYLE, *, max_cards: int = 4) -> tuple[Page, ...]:
    """Draw the pages of a dump as :func:`write_dump` writes them."""
    return write_dump(draw(st.randoms(use_true_random=False)), style, max_cards=max_cards)


@st.composite
def tangles(draw: st.DrawFn) -> str:
    """Draw texts in which everything that means something on a page stands in any place and order."""
    lines = st.one_of(st.sampled_from(_TELLING_LINES), st.text(max_size=12), st.just("Some words, and a stop. " * 12))
    joints = st.sampled_from(("\n", "\n", "\n\n", "\r\n", "\r", "\n\n\n", " ", "\n \u00a0\n", "\n\u2028"))
    return "".join(chain.from_iterable(draw(st.lists(st.tuples(lines, joints), max_size=40))))


_TELLING_LINES = (
    *(text for header in HEADERS.values() for text in header),
    *("• 3 authors", "1 author", "·", "•", "Jul 10, 2023", "Oct 29", "May 3 14", "14 days ago", "2023-07-10", "Feb 30"),
    *("naver-ai NAVER AI Lab", "3", "1.2k", "-", "Submitted by", "Submitted by x", "Upvote", "GitHub 1.2k", "About"),
    *("A title of some words", "Title", "Methods", "- an item", "• 3 authors · May 2", "Week 43", "â€¢ 3 authors"),
    *("\ufeff", "\u2028", "\0", "\ufffd", "Ã©", "\x85", "\x1c", "a lab · Jul 5"),
)
