"""The asset graph as plain data: what each stage makes, and what each of these things is made from.

Every published table is an asset of its own name, so that its columns, history and checks stand where people look for
them. Besides there are three results that are not published, and the release. The graph reads in the order of
``etl.pipeline``.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from schemas import TABLES
from schemas.columns import list_key

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Product:
    """One asset: its name, the stage that makes it and the assets it is made from.

    What is no table brings its own words, and the name of the stage's count that says how many rows it has. All counts
    of a stage stand at its main asset.
    """

    name: str
    stage: str
    made_from: tuple[str, ...] = ()
    words: str = ""
    counted_by: str = ""
    is_main: bool = False

    @property
    def table(self) -> str | None:
        """The published table that the asset is; None for a result that stays private."""
        return self.name if self.name in TABLES else None

    @property
    def description(self) -> str:
        """What a row is and what its key is, as the table's own model says it."""
        if self.words:
            return self.words
        table = TABLES[self.name]
        return f"{inspect.getdoc(table)} Key: {', '.join(list_key(table))}."

    @property
    def group(self) -> str:
        """The part of the graph: reading what is printed, making papers of it, the release."""
        return GROUPS[self.stage]

    @property
    def owner(self) -> str:
        """Whom to ask."""
        return OWNERS[self.group]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The marks on the asset in the graph: how it is kept."""
        return KINDS.get(self.stage, ("parquet",))

    @property
    def is_handed_on(self) -> bool:
        """Whether later stages take the asset's receipt; the last two make no table of their own."""
        return self.group != "publishing"


GROUPS: Final = {
    "collect": "reading",
    "extract": "reading",
    "account": "reading",
    "identify": "resolving",
    "date": "resolving",
    "resolve": "resolving",
    "gate": "publishing",
    "publish": "publishing",
}

KINDS: Final = {"collect": ("file",), "gate": ("duckdb",), "publish": ("duckdb", "parquet")}
"""How a stage's results are kept, or looked at, where it is not Parquet alone."""

OWNERS: Final = {"reading": "team:dumps", "resolving": "team:papers", "publishing": "team:releases"}
"""Whom to ask about a group's assets; put your own teams or mail addresses here."""

_COLLECTED: Final = "The distinct dumps among all named files and archives, and where the bytes of each lie; private."
_EXTRACTED: Final = (
    "The cards of all dumps, each field as printed; private, since what the whole set says of them is still open."
)
_IDENTIFIED: Final = "Which listings are one paper, and by which likeness; private."
_GATED: Final = (
    "All tables together, checked for what none of them can tell alone: no byte and no listing was lost, and every "
    "reference leads somewhere. Private; if a check fails here, no release is made."
)
_RELEASE: Final = (
    "All tables as one immutable release: gated, written to the disk, and made current in a single step. "
    "Readers see it whole or not at all."
)

PRODUCTS: Final = (
    Product("collected_dumps", "collect", words=_COLLECTED, counted_by="dumps", is_main=True),
    Product(
        "extracted_listings",
        "extract",
        ("collected_dumps",),
        words=_EXTRACTED,
        counted_by="listing_count",
        is_main=True,
    ),
    Product("spans", "extract", ("extracted_listings",)),
    Product("quarantine", "extract", ("extracted_listings",)),
    Product("dumps", "extract", ("extracted_listings", "spans", "quarantine")),
    Product("inputs", "account", ("collected_dumps", "dumps"), is_main=True),
    Product(
        "paper_identities",
        "identify",
        ("extracted_listings",),
        words=_IDENTIFIED,
        counted_by="candidates",
        is_main=True,
    ),
    Product("pages", "date", ("collected_dumps", "extracted_listings", "paper_identities"), is_main=True),
    Product("listings", "resolve", ("extracted_listings", "paper_identities", "pages")),
    Product("papers", "resolve", ("listings",), is_main=True),
    Product("merges", "resolve", ("listings", "paper_identities")),
    Product("near_misses", "resolve", ("listings", "paper_identities")),
    Product("variants", "resolve", ("listings", "papers")),
    Product("aliases", "resolve", ("listings",)),
    Product("links", "resolve", ("papers",)),
    Product("organizations", "resolve", ("papers",)),
    Product("gated_tables", "gate", tuple(TABLES), words=_GATED, is_main=True),
    Product(
        "release",
        "publish",
        ("gated_tables", "collected_dumps", "dumps", "inputs", "paper_identities", "pages", "papers"),
        words=_RELEASE,
        is_main=True,
    ),
)


def list_products(stage: str) -> Sequence[Product]:
    """List what a stage makes, in the order of the graph.

    >>> [product.name for product in list_products("extract")]
    ['extracted_listings', 'spans', 'quarantine', 'dumps']
    """
    return [product for product in PRODUCTS if product.stage == stage]
