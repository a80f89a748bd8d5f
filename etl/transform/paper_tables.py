"""All that is said of papers by their listings: the golden records, and how each listing relates to its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from etl.transform.golden import make_papers
from etl.transform.links import find_links
from etl.transform.provenance import find_merges, find_variants

if TYPE_CHECKING:
    import polars as pl


class PaperTables(NamedTuple):
    """The rows of the tables of these names, of some papers."""

    papers: pl.DataFrame
    links: pl.DataFrame
    merges: pl.DataFrame
    variants: pl.DataFrame


def make_paper_tables(listings: pl.DataFrame, matches: pl.DataFrame) -> PaperTables:
    """Make the rows of some papers from all of their listings.

    Columns in:  ``listings`` as of :func:`etl.transform.listings.name_papers`; ``matches`` as
                 ``etl.transform.identify.MATCH_SCHEMA``, of all their candidates.
    Columns out: those of the tables.
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.
    """
    papers = make_papers(listings)
    return PaperTables(papers, find_links(papers), find_merges(listings, matches), find_variants(listings, papers))
