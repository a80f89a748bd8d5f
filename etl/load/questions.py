"""What a doubting reader asks of a release, one function a question; ``etl.load.inspection`` asks them in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from etl.errors import PaperhouseError, shorten_error
from etl.load.catalog import CATALOG_NAME, find_misplaced_views, open_catalog
from etl.load.content import hash_content, hash_table
from etl.load.duckdb_names import quote_name
from etl.load.files import hash_file, list_below
from etl.load.gates import find_broken_gates
from etl.load.manifest import MANIFEST_NAME, hash_release, list_entries, read_entry, render_json
from etl.load.tables import TableMismatchError
from etl.load.verify import check_schema, verify_table
from schemas import CONTRACT_VERSION, TABLES
from schemas.arrow import ARROW_TYPES
from schemas.columns import TYPE_NAMES
from schemas.contract import describe_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

READ_ERRORS: Final = (
    *(OSError, PaperhouseError, duckdb.Error, pa.ArrowException, pl.exceptions.PolarsError),
    *(AttributeError, KeyError, TypeError, ValueError),
)
"""What reading damaged files raises, and what an edited manifest makes of the code that relies on it."""


@dataclass
class Inspection:
    """A release that is being inspected, and what earlier questions found out about it."""

    folder: Path
    manifest: Mapping[str, Any]
    workspace: Path
    faults: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    """What the question that is asked now has found."""
    bad_tables: set[str] = field(default_factory=set)
    """Tables with a fault that was told; later questions leave them out, since they could only tell it again."""

    def list_tables(self) -> Iterator[tuple[str, Mapping[str, Any], list[Path]]]:
        """List the tables without a fault so far: name, entry in the manifest, files."""
        for name, table in self.manifest["tables"].items():
            if name not in self.bad_tables:
                yield name, table, [self.folder / file["path"] for file in table["files"]]

    def blame(self, name: str, fault: str) -> None:
        """Note a fault of a table."""
        self.faults.append(fault)
        self.bad_tables.add(name)

    def find_known(self) -> Iterator[tuple[str, Mapping[str, Any], list[Path]]]:
        """List the tables that have the very form this version's contract gives them, and note the others."""
        for name, table, files in self.list_tables():
            known = describe_table(name) if name in TABLES else None
            if known == {part: table.get(part) for part in known or ()}:
                yield name, table, files
            else:
                self.unchecked.append(f"table {name} has another form than contract {CONTRACT_VERSION} gives it")


def _ask_manifest(inspection: Inspection) -> None:
    """Ask whether the manifest is as it was written, and its parts agree."""
    manifest, faults = inspection.manifest, inspection.faults
    if render_json(manifest) != (inspection.folder / MANIFEST_NAME).read_bytes():
        faults.append(f"{MANIFEST_NAME} is not in the form it was written in: somebody edited it")
    tables = manifest["tables"]
    for name, table in tables.items():
        if table["rows"] != sum(file["rows"] for file in table["files"]):
            faults.append(f"the rows of table {name} are not those of its files together")
        if table["bytes"] != sum(file["bytes"] for file in table["files"]):
            faults.append(f"the bytes of table {name} are not those of its files together")
    hashes = {name: table["hash"] for name, table in tables.items()}
    if hash_content(hashes) != manifest["content_id"]:
        faults.append("content_id is not the hash of the tables' hashes")
    if hash_release(manifest, hashes["inputs"]) != manifest["release_id"]:
        faults.append("release_id is not the hash of what it is to name")


def _ask_files(inspection: Inspection) -> None:
    """Ask whether all files are there, and no other."""
    folder, manifest = inspection.folder, inspection.manifest
    there = {path.relative_to(folder).as_posix(): path for path in list_below(folder)[1]}
    owners = {file["path"]: name for name, table in manifest["tables"].items() for file in table["files"]}
    expected = {file["path"] for file in list_entries(manifest)}
    for path in sorted(expected - set(there)):
        _blame_file(inspection, owners, path, "is missing")
    for path in sorted(expected & set(there)):
        if there[path].is_symlink() or not there[path].is_file():
            _blame_file(inspection, owners, path, "is no plain file")
    for path in sorted(set(there) - expected - {MANIFEST_NAME, CATALOG_NAME}):
        inspection.faults.append(f"{path} is no part of the release")
    if CATALOG_NAME not in there:
        inspection.faults.append(f"{CATALOG_NAME} is missing")


def _blame_file(inspection: Inspection, owners: Mapping[str, str], path: str, problem: str) -> None:
    if path in owners:
        inspection.blame(owners[path], f"{path} {problem}")
    else:
        inspection.faults.append(f"{path} {problem}")


def _ask_bytes(inspection: Inspection) -> None:
    """Ask whether every file has the very bytes it was written with."""
    for name, table, _ in list(inspection.list_tables()):
        for file in table["files"]:
            for fault in _find_byte_faults(inspection.folder, file):
                inspection.blame(name, fault)
    for document in inspection.manifest.get("documents", []):
        if (inspection.folder / document["path"]).is_file():
            inspection.faults.extend(_find_byte_faults(inspection.folder, document))


def _find_byte_faults(folder: Path, entry: Mapping[str, Any]) -> Iterator[str]:
    path = folder / entry["path"]
    size = path.stat().st_size
    if size != entry["bytes"]:
        yield f"{entry['path']} has {size} bytes, not {entry['bytes']}"
    elif hash_file(path) != entry["sha256"]:
        yield f"{entry['path']} has other bytes than it was written with"


def _ask_rows(inspection: Inspection) -> None:
    """Ask whether every file has as many rows as the manifest says."""
    for name, table, files in list(inspection.list_tables()):
        for entry, path in zip(table["files"], files, strict=True):
            try:
                rows = pq.read_metadata(path).num_rows
            except READ_ERRORS as error:
                inspection.blame(name, f"{entry['path']} is no readable Parquet file ({shorten_error(error)})")
                continue
            if rows != entry["rows"]:
                inspection.blame(name, f"{entry['path']} has {rows} rows, not {entry['rows']}")


def _ask_schema(inspection: Inspection) -> None:
    """Ask whether every file has the contract's schema; a table of another version should have the manifest's."""
    known = {name for name, *_ in inspection.find_known()}
    for name, table, files in list(inspection.list_tables()):
        for path in files:
            if name in known:
                try:
                    check_schema(name, path)
                except TableMismatchError as error:
                    inspection.blame(name, error.what)
            elif not _has_stated_columns(pq.read_schema(path), table["columns"]):
                inspection.blame(name, f"table {name}: {path.name} has other columns than the manifest says")


def _has_stated_columns(schema: pa.Schema, columns: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a file has the columns of a manifest: names, order, types, and whether they may be null."""
    types = {TYPE_NAMES[dtype]: arrow_type for dtype, arrow_type in ARROW_TYPES.items()}
    stated = [(column["name"], types.get(column["type"]), column["nullable"]) for column in columns]
    return [(field.name, field.type, field.nullable) for field in schema] == stated


def _ask_values(inspection: Inspection) -> None:
    """Ask whether every row meets its table's rules, in key order, and all rows hash to content_id."""
    for name, table, files in list(inspection.find_known()):
        found: list[str] = []
        entry = verify_table(name, files, inspection.folder, on_fault=lambda error: found.append(error.what))  # noqa: B023 - called at once
        for fault in found:
            inspection.blame(name, fault)
        if {len(name) for name in table["partition_hashes"]} != {len(name) for name in entry.partition_hashes}:
            inspection.unchecked.append(f"the rows of table {name} were hashed by other code, in other partitions")
        elif dict(entry.partition_hashes) != table["partition_hashes"]:
            inspection.blame(name, f"the rows of table {name} are not those that content_id was computed from")
        elif hash_table(name, entry.rows, entry.partition_hashes) != table["hash"]:
            inspection.blame(name, f"the hash of table {name} is not that of its rows")
        if "nulls" in table and (
            dict(entry.nulls) != table["nulls"]
            or any(file.keys != read_entry(said).keys for file, said in zip(entry.files, table["files"], strict=True))
        ):
            inspection.blame(name, f"the nulls or the first and last ids of table {name} are not those of its rows")


def _ask_invariants(inspection: Inspection) -> None:
    """Ask whether the tables agree: every reference leads somewhere, no byte and no listing is lost."""
    known = {name: files for name, _, files in inspection.find_known()}
    missing = sorted(set(TABLES) - set(known))
    if missing:
        inspection.unchecked = [f"they speak of tables that were not read whole: {', '.join(missing)}"]
        return
    inspection.faults.extend(broken.what for broken in find_broken_gates(known, inspection.workspace / "spill"))


def _ask_views(inspection: Inspection) -> None:
    """Ask whether the views of the DuckDB file show this very release."""
    faults = find_misplaced_views(inspection.folder)
    if faults:
        mend = "'paperhouse export --in-place FOLDER' makes them anew"
        inspection.faults.extend(f"{fault}; {mend}" for fault in faults)
        return
    with open_catalog(inspection.folder / CATALOG_NAME) as connection:
        views = "SELECT view_name FROM duckdb_views() WHERE database_name = 'catalog' AND NOT internal ORDER BY ALL"
        for (view,) in connection.execute(views).fetchall():
            try:
                ((rows,),) = connection.execute(f"SELECT count(*) FROM {quote_name(view)}").fetchall()  # noqa: S608 - quoted
            except duckdb.Error as error:
                inspection.faults.append(f"view {view} cannot be read ({shorten_error(error)})")
                continue
            stated = inspection.manifest["tables"].get(view, {"rows": rows})["rows"]
            if rows != stated:
                inspection.faults.append(f"view {view} has {rows} rows, not {stated}")


class Question(NamedTuple):
    """A question in words, and the function that looks for what speaks against it."""

    sentence: str
    ask: Callable[[Inspection], None]


QUESTIONS: Final[Mapping[str, Question]] = {
    "manifest": Question("Is the manifest as it was written?", _ask_manifest),
    "files": Question("Are all files there, and no other?", _ask_files),
    "bytes": Question("Has every file the bytes it was written with?", _ask_bytes),
    "rows": Question("Has every file as many rows as the manifest says?", _ask_rows),
    "schema": Question("Has every file the schema of the contract?", _ask_schema),
    "values": Question("Does every row meet the rules, in key order, and hash to content_id?", _ask_values),
    "invariants": Question("Do the tables agree, and does every reference lead somewhere?", _ask_invariants),
    "views": Question("Do the DuckDB views show this very release?", _ask_views),
}
"""In the order in which a doubting reader would ask."""
