"""A reader who reads the current release again and again, and tells whatever was not whole.

    python tests/faults/reader.py WAREHOUSE PARKING

Follows ``current`` once, as readers are told to, then reads several tables from there and compares them with the
manifest and with each other, with none of the project's code. Holds a shared lock on the file PARKING meanwhile, so
that who takes it alone can remove old releases. Says "reading" after the first time; ends when stdin does, and prints
counters as JSON.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import select
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

TABLES = ("papers", "listings", "merges", "inputs")
CATALOG_EVERY = 25
PAUSE = 0.02
"""Seconds between two reads: with none, readers take half of the machine from those who kill."""


def read_once(root: Path, counts: Counter[str]) -> None:
    """Read the current release and count what was found."""
    release = root / (root / "current").readlink()
    manifest = json.loads((release / "MANIFEST.json").read_bytes())
    counts["torn"] += manifest["release_id"] != release.name
    tables = {name: read_table(release, manifest["tables"][name], counts) for name in TABLES}
    if None not in tables.values():
        papers, listings = tables["papers"], tables["listings"]
        titles = [set(table["title"].to_pylist()) for table in (papers, listings)]
        is_one = titles[0] == titles[1] and sum(papers["listing_count"].to_pylist()) == listings.num_rows
        counts["mixed"] += not is_one
    if counts["reads"] % CATALOG_EVERY == 0:
        counts["mixed"] += count_by_catalog(release) != manifest["tables"]["listings"]["rows"]
    counts["reads"] += 1


def read_table(release: Path, entry: dict[str, Any], counts: Counter[str]) -> Any:  # noqa: ANN401 - Arrow has no types
    """Read a table whose files are as the manifest says; None for one that is torn."""
    parts = []
    for file in entry["files"]:
        data = (release / file["path"]).read_bytes()
        if hashlib.sha256(data).hexdigest() != file["sha256"]:
            counts["torn"] += 1
            return None
        parts.append(pq.read_table(pa.BufferReader(data)))
    table = pa.concat_tables(parts)
    counts["torn"] += table.num_rows != entry["rows"]
    return table


def count_by_catalog(release: Path) -> int:
    """Count the listings as the release's DuckDB file sees them."""
    with contextlib.closing(duckdb.connect(release / "paperhouse.duckdb", read_only=True)) as connection:
        ((count,),) = connection.execute("SELECT count(*) FROM listings_full").fetchall()
    return int(count)


def main() -> None:
    """Run the command."""
    root, parking = Path(sys.argv[1]), os.open(sys.argv[2], os.O_RDWR | os.O_CREAT, 0o644)
    os.nice(15)
    counts: Counter[str] = Counter({"reads": 0, "mixed": 0, "torn": 0, "lost": 0})
    while not select.select([sys.stdin], [], [], PAUSE)[0]:
        fcntl.flock(parking, fcntl.LOCK_SH)
        try:
            read_once(root, counts)
        except (OSError, ValueError, KeyError, pa.ArrowException, duckdb.Error) as error:
            counts["lost"] += 1
            print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
        finally:
            fcntl.flock(parking, fcntl.LOCK_UN)
        if counts["reads"] == 1:
            print("reading", flush=True)  # noqa: T201
    print(json.dumps(counts), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
