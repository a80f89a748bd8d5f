"""Which pictures a release has, and what they say: from the figures to the plots of the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from etl.report.plots import Part, draw_bars, draw_flow
from etl.report.words import show_number, show_share

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

    from etl.report.facts import Facts

BYTE_ROLES: Final = {
    "listing": ("listings", "first"),
    "chrome": ("page furniture", "second"),
    "blank": ("white space", "fourth"),
    "quarantine": ("quarantine", "alarm"),
}
"""The roles of bytes, each with its name for people and its colour."""

BASIS_COLORS: Final = {"printed": "first", "inferred": "second", "given": "third"}
_RULE_COLORS: Final = ("second", "third", "fourth", "alarm")
_MOST_STREAMS: Final = 4
"""Rules that a picture names one by one; it adds up the others."""


@dataclass(frozen=True)
class Picture:
    """A figure, its title, what it shows, and the same in words and numbers for who cannot see it."""

    figure: Figure
    title: str
    caption: str
    alt: str


def draw_pictures(facts: Facts) -> dict[str, Picture]:
    """Draw all pictures of a release, by name."""
    return {
        "bytes": draw_bytes(facts.measures["bytes by role"]),
        "listings": draw_listings(facts.rows["papers"], facts.merges),
        "published": draw_published(facts),
        "listed": draw_listed(facts),
        "copies": draw_copies(facts.copies),
    }


def draw_bytes(roles: Mapping[str, int]) -> Picture:
    """Draw where the bytes of the dumps went, by role."""
    total = sum(roles.values())
    parts = [Part(name, roles.get(role, 0), color) for role, (name, color) in BYTE_ROLES.items()]
    alt = ", ".join(f"{part.label} {show_number(part.amount)} ({show_share(part.amount, total)})" for part in parts)
    return Picture(
        draw_flow(f"{show_number(total)}\nbytes", parts), "Every byte of the dumps", "by what it was read as", alt
    )


def draw_listings(papers: int, merges: Mapping[str, int]) -> Picture:
    """Draw what became of the listings: papers, and cards that join the paper of another one, by rule."""
    ordered = sorted(merges.items(), key=lambda item: (-item[1], item[0]))
    named, others = ordered[: _MOST_STREAMS - 1], ordered[_MOST_STREAMS - 1 :]
    streams = [(rule.replace("_", " "), count) for rule, count in named]
    if others:
        streams.append((f"{len(others)} other rules" if len(others) > 1 else others[0][0], sum(n for _, n in others)))
    merged = [Part(f"merged: {name}", count, _RULE_COLORS[number]) for number, (name, count) in enumerate(streams)]
    parts = [Part("papers", papers, "first"), *merged]
    total = papers + sum(merges.values())
    alt = ", ".join(f"{part.label} {show_number(part.amount)}" for part in parts)
    return Picture(
        draw_flow(f"{show_number(total)}\nlistings", parts), "Every listing", "a paper, or merged into one", alt
    )


def draw_published(facts: Facts) -> Picture:
    """Draw the papers by their publication day, and where its year comes from."""
    series = facts.published
    unknown = facts.nulls["published_on"]
    caption = (
        f"by publication day; {show_number(unknown)} of unknown day are not shown" if unknown else "by publication day"
    )
    colors = [BASIS_COLORS.get(name, "fourth") for name in series.amounts]
    names = {f"year {name}": amounts for name, amounts in series.amounts.items()}
    return Picture(
        draw_bars(series.labels, names, colors=colors), "Papers", caption, _tell_series(series.labels, names)
    )


def draw_listed(facts: Facts) -> Picture:
    """Draw the listings by the day of their page, new papers and others."""
    series = facts.listed
    figure = draw_bars(series.labels, series.amounts, colors=("first", "fourth"))
    return Picture(figure, "Listings", "by the day of their page", _tell_series(series.labels, series.amounts))


def draw_copies(tenths: list[int]) -> Picture:
    """Draw how many dumps list how much that other dumps list, too."""
    labels = [*(f"{10 * tenth}" for tenth in range(10)), "all"]
    figure = draw_bars(labels, {"dumps": tenths}, colors=("second",))
    alt = ", ".join(f"{label} %: {count}" for label, count in zip(labels, tenths, strict=True) if count)
    return Picture(figure, "What other dumps list, too", "dumps, by the percentage of their listings", alt or "none")


def _tell_series(labels: list[str], amounts: Mapping[str, list[int]]) -> str:
    if not labels:
        return "none"
    totals = ", ".join(f"{name} {show_number(sum(counts))}" for name, counts in amounts.items())
    return f"{labels[0]} to {labels[-1]}: {totals}"
