"""Organisations: one row per handle, from the papers that carry it."""

from __future__ import annotations

import polars as pl


def count_organizations(papers: pl.DataFrame) -> pl.DataFrame:
    """Count the papers of each organisation, by the name they give it.

    Columns in:  ``organization_handle``, ``organization_name`` (String, nullable), ``first_listed_on``,
                 ``last_listed_on`` (Date, nullable).
    Columns out: the same with ``paper_count`` (UInt32), one row per handle and name; any order.
    """
    named = papers.filter(pl.col("organization_handle").is_not_null())
    return named.group_by("organization_handle", "organization_name").agg(
        pl.len().alias("paper_count"), pl.col("first_listed_on").min(), pl.col("last_listed_on").max()
    )


def list_organizations(counts: pl.DataFrame) -> pl.DataFrame:
    """List the organisations of all papers; of several names, the one that most papers have, then the smallest.

    Columns in:  those of :func:`count_organizations`; a handle and name may have several rows, of different papers.
    Columns out: those of ``schemas.resolved.Organizations``, sorted by ``organization_handle``.
    """
    names = (
        counts.filter(pl.col("organization_name").is_not_null())
        .group_by("organization_handle", "organization_name")
        .agg(pl.col("paper_count").sum().alias("votes"))
        .sort("organization_handle", "votes", "organization_name", descending=[False, True, False])
        .unique("organization_handle", keep="first", maintain_order=True)
        .drop("votes")
    )
    organizations = counts.group_by("organization_handle").agg(
        pl.col("paper_count").sum().cast(pl.Int32), pl.col("first_listed_on").min(), pl.col("last_listed_on").max()
    )
    return (
        organizations.join(names, on="organization_handle", how="left")
        .select("organization_handle", "organization_name", "paper_count", "first_listed_on", "last_listed_on")
        .sort("organization_handle")
    )
