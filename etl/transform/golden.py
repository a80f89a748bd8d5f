"""Golden records: one row per paper, each field by a stated rule from what its listings print.

Most fields: the value that most listings print, then the one on the latest page, then the smallest dump and position.
Dates: a printed year wins over a given one, that over an inferred one, then as above. Counts that grow: the latest
observation. Nothing printed never wins over something.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

MAJORITY_FIELDS: Final = ("title", "abstract_sha256", "author_count", "organization_handle", "submitted_by")
"""Fields elected by majority; an abstract is elected by its hash and read afterwards."""

OBSERVED_FIELDS: Final = ("comment_count", "upvote_count")

_BASIS_RANK: Final = {"printed": 0, "given": 1, "inferred": 2}
_TIE_BREAKS: Final = ("dump_id", "position")


def make_papers(listings: pl.DataFrame) -> pl.DataFrame:
    """Make the golden record of every paper.

    Columns in:  ``listings``: ``paper_id``, ``dump_id``, ``position``, ``page_on`` and the fields of the rules above,
                 with ``published_on`` and ``published_year_basis``; ``abstract`` (String).
    Columns out: those of ``schemas.resolved.Papers``, sorted by ``paper_id``.
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.
    """
    is_alone = pl.len().over("paper_id") == 1
    alone, several = _take_alone(listings.filter(is_alone)), _elect_papers(listings.filter(~is_alone))
    return pl.concat([alone, several.select(alone.columns)]).sort("paper_id")


def _take_alone(listings: pl.DataFrame) -> pl.DataFrame:
    """Take the papers with one listing as it prints them: most are, and nothing is to be elected."""
    observed_on = pl.when(pl.col("comment_count").is_not_null()).then("page_on")
    return listings.select(
        "paper_id",
        *MAJORITY_FIELDS,
        pl.when(pl.col("organization_handle").is_not_null()).then("organization_name").alias("organization_name"),
        "published_on",
        pl.when(pl.col("published_on").is_not_null()).then("published_year_basis").alias("published_year_basis"),
        "comment_count",
        observed_on.alias("comment_count_on"),
        "upvote_count",
        *(pl.lit(1, pl.Int32).alias(name) for name in ("listing_count", "dump_count")),
        *(pl.col("page_on").alias(name) for name in ("first_listed_on", "last_listed_on")),
        "abstract",
    )


def _elect_papers(listings: pl.DataFrame) -> pl.DataFrame:
    elected = [
        *(_elect_majority(listings, [field]) for field in MAJORITY_FIELDS),
        _elect_organization_name(listings),
        _elect_date(listings),
        _take_latest(listings, "comment_count", "comment_count_on"),
        _take_latest(listings, "upvote_count", None),
        _count_listings(listings),
    ]
    papers = reduce(lambda left, right: left.join(right, on="paper_id", how="left"), elected, _list_papers(listings))
    abstracts = listings.select("abstract_sha256", "abstract").unique(
        "abstract_sha256", keep="any"
    )  # equal hash, equal text
    return papers.join(abstracts, on="abstract_sha256", how="left")


def _list_papers(listings: pl.DataFrame) -> pl.DataFrame:
    return listings.select("paper_id").unique()


def _elect_majority(listings: pl.DataFrame, fields: Sequence[str], *, rank: Sequence[str] = ()) -> pl.DataFrame:
    """Elect the value (of one or more fields together) that the rules prefer; papers without any are left out."""
    return (
        listings.filter(pl.col(fields[0]).is_not_null())
        .group_by("paper_id", *fields, *rank)
        .agg(
            pl.len().alias("votes"),
            pl.col("page_on").max().alias("latest_on"),
            pl.struct(_TIE_BREAKS).sort().first().alias("first"),  # min() of structs is null in polars 2.1
        )
        .sort(
            "paper_id",
            *rank,
            "votes",
            "latest_on",
            "first",
            descending=[False, *(False for _ in rank), True, True, False],
            nulls_last=True,
        )
        .unique("paper_id", keep="first", maintain_order=True)
        .select("paper_id", *fields)
    )


def _elect_organization_name(listings: pl.DataFrame) -> pl.DataFrame:
    """Elect the name among those printed with the handle that was elected."""
    handles = _elect_majority(listings, ["organization_handle"])
    named = listings.join(handles, on=["paper_id", "organization_handle"], how="semi")
    return _elect_majority(named, ["organization_name"])


def _elect_date(listings: pl.DataFrame) -> pl.DataFrame:
    ranked = listings.with_columns(
        pl.col("published_year_basis")
        .replace_strict(_BASIS_RANK, default=None, return_dtype=pl.Int8)
        .alias("basis_rank")
    )
    return _elect_majority(ranked, ("published_on", "published_year_basis"), rank=("basis_rank",))


def _take_latest(listings: pl.DataFrame, field: str, observed_on: str | None) -> pl.DataFrame:
    """Take the latest observation of a count that grows, with its day if that is wanted."""
    return (
        listings.filter(pl.col(field).is_not_null())
        .sort("paper_id", "page_on", *_TIE_BREAKS, descending=[False, True, False, False], nulls_last=True)
        .unique("paper_id", keep="first", maintain_order=True)
        .select("paper_id", field, *((pl.col("page_on").alias(observed_on),) if observed_on else ()))
    )


def _count_listings(listings: pl.DataFrame) -> pl.DataFrame:
    return listings.group_by("paper_id").agg(
        pl.len().cast(pl.Int32).alias("listing_count"),
        pl.col("dump_id").n_unique().cast(pl.Int32).alias("dump_count"),
        pl.col("page_on").min().alias("first_listed_on"),
        pl.col("page_on").max().alias("last_listed_on"),
    )
