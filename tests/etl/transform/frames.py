"""Frames for the tests of the transforms: each test names the columns it is about, the rest have plain values."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import polars as pl
from hypothesis import settings

from etl.transform.cards import CARD_SCHEMA, PRINTED_CARD_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LISTING_SCHEMA = CARD_SCHEMA | {
    "paper_id": pl.String,
    "page_on": pl.Date,
    "published_on": pl.Date,
    "published_year_basis": pl.String,
    "is_earliest": pl.Boolean,
}
"""A listing as ``date_listings`` and ``name_papers`` leave it."""

fewer_examples = settings(max_examples=settings().max_examples // 3)
"""For properties of whole frames, each of whose examples takes a while."""

_LISTING: Mapping[str, Any] = {
    "dump_id": "a",
    "position": 0,
    "page_number": 0,
    "byte_start": 0,
    "byte_end": 1,
    "paper_id": "p",
    "title": "A title",
    "footer": "missing",
    "problems": [],
    "is_earliest": False,
}


def make_listings(*rows: Mapping[str, Any]) -> pl.DataFrame:
    """Make listings; an abstract gets its hash, and a listing without an ``alias_id`` one of its own."""
    whole = []
    for number, row in enumerate(rows):
        abstract = row.get("abstract")
        own = {"alias_id": f"alias {number}", "abstract_sha256": abstract and hash_text(abstract)}
        whole.append({**_LISTING, **own, **row})
    return pl.DataFrame(whole, schema=LISTING_SCHEMA)


def make_cards(*rows: Mapping[str, Any]) -> pl.DataFrame:
    """Make cards whose fields are read."""
    return pl.DataFrame([{**_LISTING, **row} for row in rows], schema=CARD_SCHEMA)


def make_printed_cards(*rows: Mapping[str, Any]) -> pl.DataFrame:
    """Make cards as the parser hands them on."""
    return pl.DataFrame([{**_LISTING, "byte_problems": [], **row} for row in rows], schema=PRINTED_CARD_SCHEMA)


def hash_text(text: str) -> str:
    """Hash a text as the table listings does."""
    return hashlib.sha256(text.encode()).hexdigest()


def shuffle(rows: pl.DataFrame, order: Sequence[int]) -> pl.DataFrame:
    """Put rows into another order; ``order`` is a permutation of their indices."""
    return rows[list(order)]
