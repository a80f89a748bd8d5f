"""Organisations: one row per handle, from the papers that carry it."""

from __future__ import annotations

import polars as pl


def list_organizations(papers: pl.DataFrame) -> pl.DataFrame:
    """List the organisations of all papers; of several names, the one that most papers have, then the smallest.

    Columns in:  ``organization_handle``, ``organization_name`` (String, nullable), ``first_listed_on``,
                 ``last_listed_on`` (Date, nullable).
    Columns out: those of ``schemas.resolved.Organizations``, sorted by ``organization_handle``.
    """
    named = papers.filter(pl.col("organization_handle").is_not_null())
    names = (
        named.filter(pl.col("organization_name").is_not_null())
        .group_by("organization_handle", "organization_name")
        .len("votes")
        .sort("organization_handle", "votes", "organization_name", descending=[False, True, False])
        .unique("organization_handle", keep="first", maintain_order=True)
        .drop("votes")
    )
    counts = named.group_by("organization_handle").agg(
        pl.len().cast(pl.Int32).alias("paper_count"),
        pl.col("first_listed_on").min(),
        pl.col("last_listed_on").max(),
    )
    return (
        counts.join(names, on="organization_handle", how="left")
        .select("organization_handle", "organization_name", "paper_count", "first_listed_on", "last_listed_on")
        .sort("organization_handle")
    )
