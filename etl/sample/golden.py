"""The golden record of a paper, worked out from its cards alone by the dataset's stated rules.

Most fields: what most cards print, then the latest page, then the smallest dump and position. Comments: the latest
page. A page without footers cannot be dated by what it prints, so it comes last. Where a reader cannot know the years
of pages, what the other cards print is right, too; it stands in the ``other_`` fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from etl.sample.names import Organization

Value = TypeVar("Value")


class Sighting(NamedTuple):
    """What a card says of its paper, and where it stands; ``day`` is its page's, None where the page prints no date.

    The abstract is here as a hash, since sightings wait for those of many later pages.
    """

    paper: int
    title: str
    abstract_sha256: str
    author_count: int | None
    organization: Organization | None
    comment_count: int | None
    published_on: dt.date | None
    year_is_printed: bool
    is_damaged: bool
    day: dt.date | None
    dump_sha256: str
    position: int


def make_golden_record(sightings: Sequence[Sighting]) -> tuple[object, ...]:
    """Make a paper's row of the truth, in the order of its schema."""
    if len(sightings) == 1:
        return _copy_sighting(*sightings)
    ranked = sorted(sightings, key=_rank)
    title, other_titles = _elect([sighting.title for sighting in ranked])
    abstract_sha256, other_abstract_sha256s = _elect([sighting.abstract_sha256 for sighting in ranked])
    comment_counts = [sighting.comment_count for sighting in ranked if sighting.comment_count is not None]
    comment_count = _take_first(comment_counts)
    return (
        ranked[0].paper,
        len(ranked),
        title,
        abstract_sha256,
        _take_first([sighting.author_count for sighting in ranked]),
        *(_take_first([sighting.organization for sighting in ranked]) or (None, None)),
        comment_count,
        _take_first([sighting.published_on for sighting in ranked]),
        any(sighting.year_is_printed for sighting in ranked),
        any(sighting.is_damaged for sighting in ranked),
        other_titles,
        other_abstract_sha256s,
        sorted({*comment_counts} - {comment_count}),
    )


def _copy_sighting(sighting: Sighting) -> tuple[object, ...]:
    """Make the row of a paper with one card; nearly all papers have one, and samples are large."""
    return (
        sighting.paper,
        1,
        sighting.title,
        sighting.abstract_sha256,
        sighting.author_count,
        *(sighting.organization or (None, None)),
        sighting.comment_count,
        sighting.published_on,
        sighting.year_is_printed,
        sighting.is_damaged,
        (),
        (),
        (),
    )


def _rank(sighting: Sighting) -> tuple[int, str, int]:
    """Rank the latest page first, undated ones last; the smallest dump and position break ties."""
    day = 0 if sighting.day is None else sighting.day.toordinal()
    return -day, sighting.dump_sha256, sighting.position


def _elect(values: Sequence[str]) -> tuple[str, list[str]]:
    """Elect what most cards print, of several the first; the second part of the answer is what lost."""
    elected = max(values, key=values.count)
    return elected, sorted({*values} - {elected})


def _take_first(values: Sequence[Value | None]) -> Value | None:
    """Take what the first card prints that prints anything."""
    for value in values:
        if value is not None:
            return value
    return None
