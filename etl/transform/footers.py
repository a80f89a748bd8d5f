"""Author and organisation lines to fields."""

from __future__ import annotations

import polars as pl

from etl.patterns import AUTHOR_LINE, ORGANIZATION_LINE
from etl.transform.counts import is_rounded, parse_count


def parse_footers(cards: pl.DataFrame) -> pl.DataFrame:
    """Read who wrote a paper as far as the card prints it: a number of authors, or an organisation.

    Columns in:  ``author_line``, ``organization_line`` (String, nullable), e.g. ``• 3 authors``,
                 ``naver-ai NAVER AI Lab``.
    Columns out: both go; adds ``author_count`` (Int32, authors), ``organization_handle``, ``organization_name``
                 (String), ``footer`` (String, a code of ``schemas.codes.FOOTERS``) and ``author_count_problem``
                 (String, a code of ``schemas.codes.PROBLEMS`` or null). Rows and order unchanged.
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.
    Source:      docs/dump-format.md#author-line

    >>> cards = pl.DataFrame({"author_line": ["• 3 authors", None], "organization_line": [None, "naver-ai NAVER Lab"]})
    >>> parse_footers(cards).rows()
    [(3, None, None, 'authors', None), (None, 'naver-ai', 'NAVER Lab', 'organization', None)]
    """
    number = pl.col("author_line").str.extract_groups(AUTHOR_LINE).struct.field("number")
    organization = pl.col("organization_line").str.extract_groups(ORGANIZATION_LINE).struct
    has_authors, has_organization = pl.col("author_line").is_not_null(), pl.col("organization_line").is_not_null()
    count = parse_count(number)
    return cards.with_columns(
        count.alias("author_count"),
        organization.field("handle").alias("organization_handle"),
        organization.field("name").alias("organization_name"),
        pl.when(has_authors & has_organization)
        .then(pl.lit("both"))
        .when(has_authors)
        .then(pl.lit("authors"))
        .when(has_organization)
        .then(pl.lit("organization"))
        .otherwise(pl.lit("missing"))
        .alias("footer"),
        pl.when(has_authors & count.is_null())
        .then(pl.lit("author_count_invalid"))
        .when(has_authors & is_rounded(number))
        .then(pl.lit("number_rounded"))
        .alias("author_count_problem"),
    ).drop("author_line", "organization_line")
