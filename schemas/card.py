"""The dataset card: what a dataset hub shows of the dataset, as Markdown with the front matter that hubs read."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from schemas import TABLES
from schemas.descriptions import DATASET_NAME, LIMITS, RIGHTS, SUMMARY
from schemas.dictionary import escape_markdown, quote_code, render_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
_LARGEST_SIZE = "10M<n<100M"


def describe_card(rows: Mapping[str, int]) -> dict[str, Any]:
    """Describe the front matter; ``rows`` are the rows of each table. A table is a configuration of one split."""
    return {
        "pretty_name": DATASET_NAME,
        "language": ["en"],
        "license": "other",
        "license_name": "rights-of-the-authors",
        "license_link": "README.md",
        "size_categories": [next((name for limit, name in _SIZES if rows["papers"] < limit), _LARGEST_SIZE)],
        "tags": ["papers", "deduplication", "provenance"],
        "configs": [
            {
                "config_name": table,
                "data_files": f"{table}/*.parquet",
                **({"default": True} if table == "papers" else {}),
            }
            for table in TABLES
        ],
    }


def render_card(rows: Mapping[str, int], *, release_id: str, content_id: str, version: str) -> str:
    """Render the card below its front matter."""
    tables = [
        [quote_code(table), f"{rows[table]:,}", escape_markdown((inspect.getdoc(model) or "").splitlines()[0])]
        for table, model in TABLES.items()
    ]
    limits = "\n".join(f"- {escape_markdown(limit)}" for limit in LIMITS)
    return f"""\
# {DATASET_NAME}

{escape_markdown(SUMMARY)}

Release `{release_id}`, content `{content_id}`, contract {version}.

{render_rows(["table", "rows", "what a row is"], tables)}

`DICTIONARY.md` has every column, `CHANGES.md` what changed since the release before, `MANIFEST.json` every file with
its hash; `croissant.json` and `datacontract.yaml` say the same to programs.

## What is not in it

{limits}

## Rights

{escape_markdown(RIGHTS)}

## How it is made

Dumps of pages are read byte by byte, and every byte is a listing, page furniture, white space or quarantine.
Listings of one paper are joined by documented rules, and years are inferred only where the evidence is strong.
The same dumps give the same `content_id`, so whoever has them can make the release again.
"""
