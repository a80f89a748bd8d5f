"""What identity looks at: one record per candidate, gathered from all its listings."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import polars as pl

from etl.transform.candidates import halve_id
from etl.transform.keys import fold_text
from etl.transform.scores import strip_urls
from etl.transform.title_edges import breaks_off, strip_notes
from etl.transform.verdicts import Observation

if TYPE_CHECKING:
    from collections.abc import Iterator

OBSERVED: Final = ("alias_id", "title_key", "title", "abstract", "month", "day", "year", "author_count")
"""Columns of a card that identity looks at."""

PRINT_SCHEMA: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "alias": pl.UInt64,
    "alias_id": pl.String,
    "title_key": pl.String,
    "title": pl.String,
    "abstract": pl.String,
    "dates": pl.List(pl.Struct({"month": pl.Int8, "day": pl.Int8, "year": pl.Int16})),
    "author_counts": pl.List(pl.Int32),
    "seen": pl.String,
}
"""A candidate as its listings print it; ``seen`` is a hash of all that identity looks at, 32 hexadecimal digits."""

OBSERVATION_SCHEMA: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "alias_id": pl.String,
    "title_key": pl.String,
    "title": pl.String,
    "name": pl.String,
    "abstract": pl.String,
    "dates": pl.List(pl.Struct({"month": pl.Int8, "day": pl.Int8, "year": pl.Int16})),
    "author_counts": pl.List(pl.Int32),
    "core": pl.String,
    "is_cut": pl.Boolean,
}
"""A candidate: ``title``, ``abstract`` and the ``name`` before a title's colon are folded; see ``Observation``."""

_SEEN_BYTES: Final = 16
_NAME: Final = r"^(.+?)(?:[:\x{ff1a}(\[]| [-\x{2013}\x{2014}] | (?i:technical |system |model )?(?i:report|card)$|$)"
"""A title's name: what stands before its subtitle, or all of it; ``Qwen3 Technical Report`` is about Qwen3."""


def gather_prints(cards: pl.DataFrame) -> pl.DataFrame:
    """Gather what the listings of each candidate print.

    Columns in:  :data:`OBSERVED`.
    Columns out: :data:`PRINT_SCHEMA`; sorted by ``alias_id``.
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.
    """
    printed = pl.struct("month", "day", "year")
    prints = (
        cards.group_by("alias_id")
        .agg(
            pl.col("title_key").min(),
            pl.col("title").min(),
            pl.col("abstract").min(),
            printed.filter(pl.col("month").is_not_null()).unique().sort().alias("dates"),
            pl.col("author_count").drop_nulls().unique().sort().alias("author_counts"),
        )
        .sort("alias_id")
    )
    seen = [hashlib.blake2b(repr(row).encode(), digest_size=_SEEN_BYTES).hexdigest() for row in prints.iter_rows()]
    return prints.with_columns(halve_id("alias_id").alias("alias"), pl.Series("seen", seen, pl.String)).select(
        pl.col(name).cast(dtype) for name, dtype in PRINT_SCHEMA.items()
    )


def fold_prints(prints: pl.DataFrame) -> pl.DataFrame:
    """Fold what candidates print; most of what comparing them takes.

    Columns in:  :data:`PRINT_SCHEMA`. Columns out: :data:`OBSERVATION_SCHEMA`; rows and order unchanged.
    """
    stripped = pl.Series([None if text is None else strip_urls(text) for text in prints["abstract"]], dtype=pl.String)
    titles = prints["title"].to_list()
    cores = [core if (core := strip_notes(title)) != title else None for title in titles]
    return (
        prints.with_columns(
            pl.Series("core", cores, pl.String),
            pl.Series("is_cut", [breaks_off(title) for title in titles], pl.Boolean),
            fold_text(pl.col("title").str.extract(_NAME)).alias("name"),
            fold_text(pl.col("title")),
            stripped.alias("abstract"),
        )
        .with_columns(fold_text(pl.col("abstract")), fold_text(pl.col("core")))
        .select(pl.col(name).cast(dtype) for name, dtype in OBSERVATION_SCHEMA.items())
    )


def read_observations(observations: pl.DataFrame) -> Iterator[tuple[str, Observation]]:
    """Turn rows of :data:`OBSERVATION_SCHEMA` into records, each with its candidate's id."""
    for alias_id, title_key, title, name, abstract, dates, counts, *edges in observations.iter_rows():
        days = frozenset((date["month"], date["day"], date["year"]) for date in dates)
        yield alias_id, Observation(title_key, title, name, abstract, days, frozenset(counts), *edges)
