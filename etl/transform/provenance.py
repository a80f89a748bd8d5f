"""How each listing relates to its paper: why it was merged, where it differs, and which ids name the paper."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.transform.golden import OBSERVED_FIELDS

VARIANT_FIELDS: Final = (
    "title",
    "abstract",
    "author_count",
    "organization_handle",
    "organization_name",
    "submitted_by",
    "published_on",
    "comment_count",
    "upvote_count",
)

_LISTING: Final = ("dump_id", "position")
_MATCHED: Final = ("matched_dump_id", "matched_position")


def find_merges(listings: pl.DataFrame, matches: pl.DataFrame) -> pl.DataFrame:
    """Say of each listing of a paper that has several why it belongs to it.

    The best match wins: another print of the same text first, then the most alike abstract, then the smallest dump
    and position.
    Columns in:  ``listings``: ``dump_id``, ``position``, ``paper_id``, ``alias_id``, ``abstract_sha256``,
                 ``is_earliest``; ``matches`` as ``etl.transform.identify.MATCH_SCHEMA``.
    Columns out: those of ``schemas.resolved.Merges``, sorted by ``dump_id``, ``position``.
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.
    """
    merged = listings.filter(pl.len().over("paper_id") > 1)
    best = (
        pl.concat([_match_same_text(merged), _match_other_text(merged, matches)])
        .sort(
            *_LISTING,
            "rank",
            "score_permille",
            *_MATCHED,
            descending=[False, False, False, True, False, False],
            nulls_last=True,
        )
        .unique(_LISTING, keep="first", maintain_order=True)
        .select(*_LISTING, "rule", "score_permille", *_MATCHED)
    )
    reasons = ("rule", "score_permille", *_MATCHED)
    return (
        merged.select(*_LISTING, "paper_id", pl.col("is_earliest").alias("is_survivor"))
        .join(best, on=_LISTING, how="left")
        .with_columns(pl.when(~pl.col("is_survivor")).then(name).alias(name) for name in reasons)
        .sort(_LISTING)
    )


def find_variants(listings: pl.DataFrame, papers: pl.DataFrame) -> pl.DataFrame:
    """List every field whose value in a listing is not the paper's.

    Columns in:  ``listings``: ``dump_id``, ``position``, ``paper_id``, ``page_on`` and :data:`VARIANT_FIELDS`;
                 ``papers`` as ``schemas.resolved.Papers``.
    Columns out: those of ``schemas.resolved.Variants``, sorted by ``dump_id``, ``position``, ``field``.
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.
    """
    paired = listings.filter(pl.len().over("paper_id") > 1).join(papers, on="paper_id", suffix="_of_paper")
    return pl.concat(_find_field_variants(paired, field) for field in VARIANT_FIELDS).sort(*_LISTING, "field")


def list_aliases(listings: pl.DataFrame) -> pl.DataFrame:
    """List every candidate id with the paper it names.

    Columns in:  ``alias_id``, ``paper_id``, ``page_on``, ``dump_id``, ``position``.
    Columns out: those of ``schemas.resolved.Aliases``, sorted by ``alias_id``.
    """
    return _take_first_listings(listings, "page_on").select("alias_id", "paper_id", *_LISTING)


def find_near_misses(aliases: pl.DataFrame, near_misses: pl.DataFrame) -> pl.DataFrame:
    """Show each pair of candidates that nearly was one paper by the first listing of each.

    Columns in:  ``aliases`` as of :func:`list_aliases`, of all candidates in a pair; ``near_misses`` as
                 ``etl.transform.identify.NEAR_MISS_SCHEMA``.
    Columns out: those of ``schemas.resolved.NearMisses``, sorted by their key.
    """
    firsts = aliases.select("alias_id", *_LISTING, "paper_id")
    others = firsts.rename({name: f"other_{name}" for name in firsts.columns})
    return (
        near_misses.join(firsts, on="alias_id")
        .join(others, on="other_alias_id")
        .drop("alias_id", "other_alias_id")
        .sort(*_LISTING, *(f"other_{name}" for name in _LISTING))
    )


def _take_first_listings(listings: pl.DataFrame, *order: str) -> pl.DataFrame:
    """Take the first listing of each candidate: by the given columns, then by dump and position."""
    ranked = listings.sort("alias_id", *order, *_LISTING, nulls_last=True)
    return ranked.unique("alias_id", keep="first", maintain_order=True)


def _find_field_variants(paired: pl.DataFrame, field: str) -> pl.DataFrame:
    own, golden = pl.col(field), pl.col(f"{field}_of_paper")
    latest_on = pl.col("page_on").filter(own.is_not_null()).max().over("paper_id")
    is_older = pl.lit(field in OBSERVED_FIELDS) & (pl.col("page_on") < latest_on)
    reason = (
        pl.when(own.is_null()).then(pl.lit("filled")).when(is_older).then(pl.lit("older")).otherwise(pl.lit("conflict"))
    )
    return (
        paired.with_columns(reason.alias("reason"))
        .filter(own.ne_missing(golden))
        .select(*_LISTING, "paper_id", pl.lit(field).alias("field"), own.cast(pl.String).alias("value"), "reason")
    )


def _match_same_text(merged: pl.DataFrame) -> pl.DataFrame:
    """Match each listing with the first other one of equal keys: to the first of them all, itself to the second."""
    ordered = merged.sort("alias_id", *_LISTING)
    place = pl.int_range(pl.len()).over("alias_id")
    matched = [
        pl.when(place == 0)
        .then(pl.col(name).get(1, null_on_oob=True).over("alias_id"))
        .otherwise(pl.col(name).first().over("alias_id"))
        .alias(f"matched_{name}")
        for name in _LISTING
    ]
    has_abstract = pl.col("abstract_sha256").is_not_null()
    return (
        ordered.filter(pl.len().over("alias_id") > 1)
        .with_columns(matched)
        .select(
            *_LISTING,
            pl.lit(0, pl.Int8).alias("rank"),
            pl.when(has_abstract).then(pl.lit("same_text")).otherwise(pl.lit("title_only")).alias("rule"),
            pl.when(has_abstract).then(pl.lit(1000, pl.Int32)).alias("score_permille"),
            *_MATCHED,
        )
    )


def _match_other_text(merged: pl.DataFrame, matches: pl.DataFrame) -> pl.DataFrame:
    """Match each listing with the first listing of each candidate that its own was merged with."""
    firsts = _take_first_listings(merged).select(
        pl.col("alias_id").alias("matched_alias_id"),
        pl.col("dump_id").alias("matched_dump_id"),
        pl.col("position").alias("matched_position"),
    )
    return (
        merged.join(matches, on="alias_id")
        .join(firsts, on="matched_alias_id")
        .select(*_LISTING, pl.lit(1, pl.Int8).alias("rank"), "rule", "score_permille", *_MATCHED)
    )
