"""Cards as printed to cards as fields: every reading step of a work unit, in order."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.transform.counts import is_rounded, parse_count
from etl.transform.dates import parse_date_lines
from etl.transform.footers import parse_footers
from etl.transform.keys import add_keys

_TEXT_SCHEMA: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "dump_id": pl.String,
    "position": pl.Int32,
    "page_number": pl.Int32,
    "byte_start": pl.Int64,
    "byte_end": pl.Int64,
    "title": pl.String,
    "abstract": pl.String,
}

PRINTED_CARD_SCHEMA: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    **_TEXT_SCHEMA,
    "author_line": pl.String,
    "organization_line": pl.String,
    "date_line": pl.String,
    "submitted_by": pl.String,
    "upvote_line": pl.String,
    "byte_problems": pl.List(pl.String),
}
"""A card as the parser hands it on: one row per card, each piece as printed."""

CARD_SCHEMA: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    **_TEXT_SCHEMA,
    "abstract_sha256": pl.String,
    "author_count": pl.Int32,
    "organization_handle": pl.String,
    "organization_name": pl.String,
    "submitted_by": pl.String,
    "date_line": pl.String,
    "month": pl.Int8,
    "day": pl.Int8,
    "year": pl.Int16,
    "comment_count": pl.Int32,
    "upvote_count": pl.Int32,
    "footer": pl.String,
    "problems": pl.List(pl.String),
    "title_key": pl.String,
    "abstract_key": pl.String,
    "alias_id": pl.String,
    "pieces": pl.List(pl.UInt64),
}
"""A card with its fields read and its keys made: what extraction keeps for all later stages."""

LISTED: Final = tuple(name for name in CARD_SCHEMA if name not in {"abstract", "title_key", "abstract_key", "pieces"})
"""What the table listings is made of, dump by dump."""

RESOLVED: Final = tuple(name for name in CARD_SCHEMA if name not in {"date_line", "footer", "abstract_key", "pieces"})
"""What papers are made of, candidate by candidate."""


def read_cards(printed_cards: pl.DataFrame) -> pl.DataFrame:
    """Read the printed lines of cards into fields, with a reason for each that cannot be read.

    Columns in:  :data:`PRINTED_CARD_SCHEMA`.
    Columns out: :data:`CARD_SCHEMA`; ``problems`` sorted. Rows and order unchanged.
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.
    """
    cards = add_keys(parse_footers(parse_date_lines(printed_cards)))
    upvotes = parse_count(pl.col("upvote_line"))
    has_footer = (pl.col("footer") != "missing") | pl.col("date_line").is_not_null()
    problems = pl.concat_list(
        pl.when(pl.col("abstract").is_null()).then(pl.lit("abstract_missing")),
        "author_count_problem",
        "comment_count_problem",
        "date_problem",
        pl.when((pl.col("footer") == "missing") & has_footer).then(pl.lit("author_line_missing")),
        pl.when(has_footer & pl.col("date_line").is_null()).then(pl.lit("date_missing")),
        pl.when(~has_footer).then(pl.lit("footer_missing")),
        pl.when(pl.col("upvote_line").is_not_null() & upvotes.is_null()).then(pl.lit("upvote_count_invalid")),
        pl.when(is_rounded(pl.col("upvote_line"))).then(pl.lit("number_rounded")),
        "byte_problems",
    )
    return cards.with_columns(
        problems.list.drop_nulls().list.unique().list.sort().alias("problems"), upvotes.alias("upvote_count")
    ).select(pl.col(name).cast(dtype) for name, dtype in CARD_SCHEMA.items())
