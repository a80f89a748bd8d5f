"""Which columns each column is made from: for Dagster's column lineage, and as a table for who reads.

A source is written ``asset.column``. What the parser reads from the bytes comes from ``collected_dumps.bytes``, and
what stands on a card from ``extracted_listings``, which is private but has the same names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import dagster as dg
import polars as pl

from assets.metadata import tabulate
from schemas import TABLES
from schemas.columns import list_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

_BYTES: Final = "collected_dumps.bytes"
_CARD: Final = "extracted_listings"
_PLACE: Final = ("listings.dump_id", "listings.position")
_GROUP: Final = "paper_identities.group_id"

_CAPTURE: Final = (
    f"{_CARD}.header_date_line",
    f"{_CARD}.date_line",
    "collected_dumps.given_page_on",
    _GROUP,
)
"""The evidence for a page's year: what all pages and cards print, what the user gave, and which cards are one paper."""

_TAKEN: Final[Mapping[str, str]] = {
    "listings": _CARD,
    "papers": "listings",
    "merges": "listings",
    "near_misses": "listings",
    "variants": "listings",
    "aliases": "listings",
    "links": "papers",
    "organizations": "papers",
    "inputs": "collected_dumps",
}
"""The asset that a table takes each column from that is not named below, under the same name."""

_MADE: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "papers": {
        "abstract": (f"{_CARD}.abstract",),
        "comment_count_on": ("listings.comment_count", "listings.page_on"),
        "listing_count": _PLACE,
        "dump_count": ("listings.dump_id",),
        "first_listed_on": ("listings.page_on",),
        "last_listed_on": ("listings.page_on",),
    },
    "listings": {
        "paper_id": (_GROUP, f"{_CARD}.alias_id", "pages.page_on"),
        "published_on": (f"{_CARD}.date_line", "pages.page_on", "pages.page_year_basis"),
        "published_year_basis": (f"{_CARD}.date_line", "pages.page_year_basis"),
        "page_on": ("pages.page_on",),
        "problems": (f"{_CARD}.problems", "pages.page_on"),
    },
    "pages": {
        "dump_id": (_BYTES,),
        "page_number": (_BYTES,),
        "layout": (_BYTES,),
        "header_date_line": (_BYTES,),
        "page_on": _CAPTURE,
        "page_year_basis": _CAPTURE,
        "page_not_before_on": _CAPTURE,
        "page_not_after_on": _CAPTURE,
        "year_evidence": _CAPTURE,
        "listing_count": (f"{_CARD}.position",),
        "quarantine_count": (f"{_CARD}.quarantine_count",),
    },
    "dumps": {
        "listing_count": (f"{_CARD}.position",),
        "quarantine_count": ("quarantine.byte_start",),
        "listing_bytes": (f"{_CARD}.byte_start", f"{_CARD}.byte_end"),
        "chrome_bytes": ("spans.byte_start", "spans.byte_end", "spans.role"),
        "blank_bytes": ("spans.byte_start", "spans.byte_end", "spans.role"),
        "quarantine_bytes": ("quarantine.byte_start", "quarantine.byte_end"),
    },
    "merges": {
        "is_survivor": _PLACE,
        "rule": ("paper_identities.rule",),
        "score_permille": ("paper_identities.score_permille",),
        "matched_dump_id": ("paper_identities.dump_id",),
        "matched_position": ("paper_identities.position",),
    },
    "near_misses": {
        "other_dump_id": ("listings.dump_id",),
        "other_position": ("listings.position",),
        "other_paper_id": ("listings.paper_id",),
        "reason": ("paper_identities.reason",),
        "title_permille": ("paper_identities.title_permille",),
        "abstract_permille": ("paper_identities.abstract_permille",),
    },
    "variants": {
        "field": ("listings.dump_id", "papers.paper_id"),
        "value": ("listings.title", f"{_CARD}.abstract", "listings.author_count", "listings.published_on"),
        "reason": ("listings.page_on", "papers.paper_id"),
    },
    "aliases": {"alias_id": (f"{_CARD}.alias_id",)},
    "links": {
        "position": ("papers.abstract",),
        "url": ("papers.abstract",),
        "host": ("papers.abstract",),
        "kind": ("papers.abstract",),
    },
    "organizations": {"paper_count": ("papers.paper_id",)},
    "inputs": {
        "status": ("collected_dumps.status", "dumps.status"),
        "reason": ("collected_dumps.reason", "dumps.reason"),
    },
}
"""Columns that are made of something else than one column of the same name."""


def list_sources(table: str) -> dict[str, tuple[str, ...]]:
    """List for each column of a table the columns that it is made from.

    >>> list_sources("organizations")["paper_count"], list_sources("organizations")["first_listed_on"]
    (('papers.paper_id',), ('papers.first_listed_on',))
    """
    made, taken = _MADE.get(table, {}), _TAKEN.get(table)
    return {
        column.name: made.get(column.name) or ((f"{taken}.{column.name}",) if taken else (_BYTES,))
        for column in list_columns(TABLES[table])
    }


def describe_lineage(table: str) -> dg.TableColumnLineage:
    """Describe the sources of a table's columns as Dagster keeps them."""
    return dg.TableColumnLineage(
        {column: [_name_source(source) for source in sources] for column, sources in list_sources(table).items()}
    )


def tabulate_lineage(table: str) -> dg.TableMetadataValue:
    """Show the sources of a table's columns as text, since Dagster draws them for one column at a time."""
    rows = [(column, ", ".join(sources)) for column, sources in list_sources(table).items()]
    return tabulate(pl.DataFrame(rows, schema=["column", "made from"], orient="row"))


def _name_source(source: str) -> dg.TableColumnDep:
    asset, _, column = source.partition(".")
    return dg.TableColumnDep(dg.AssetKey(asset), column)
