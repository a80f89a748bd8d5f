from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow.parquet as pq
import pytest

from etl.load.catalog import CATALOG_NAME, build_catalog
from etl.load.export import export_release
from etl.load.files import hash_file, unseal_folder
from etl.load.inspection import Status, inspect_release
from etl.load.manifest import MANIFEST_NAME, make_manifest, render_json
from etl.load.questions import QUESTIONS
from etl.load.sql_files import list_sql_files
from etl.load.tables import list_files
from etl.load.verify import verify_table
from schemas import CONTRACT_VERSION
from tests.conftest_tables import write_tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from etl.load.reader import Release

    Damage = Callable[[Path], object]


@pytest.fixture
def copy(release: Release, tmp_path: Path) -> Path:
    """Make a copy that can be damaged."""
    folder = export_release(release, tmp_path / "copy").path
    unseal_folder(folder)
    return folder


def ask(folder: Path) -> dict[str, tuple[str, ...]]:
    """Ask everything; give the questions with faults."""
    answers = list(inspect_release(folder))
    return {answer.question: answer.faults for answer in answers if answer.status is Status.FAULTY}


def rewrite(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


def edit_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Edit the manifest as somebody would who knows its form."""
    manifest = json.loads((folder / MANIFEST_NAME).read_bytes())
    change(manifest)
    rewrite(folder / MANIFEST_NAME, render_json(manifest))


def cut(path: Path) -> None:
    rewrite(path, path.read_bytes()[:-20])


def restate(folder: Path, path: str) -> None:
    """Put a file's size and hash in the manifest, so that only what is in the file gives it away."""

    def change(manifest: dict[str, Any]) -> None:
        table = manifest["tables"][path.partition("/")[0]]
        (entry,) = table["files"]
        entry |= {"bytes": (folder / path).stat().st_size, "sha256": hash_file(folder / path)}
        table["bytes"] = entry["bytes"]

    edit_manifest(folder, change)


def drop_row(folder: Path) -> None:
    path = folder / "links" / "part-00000.parquet"
    rows = pq.read_table(path)
    path.unlink()
    pq.write_table(rows[1:], path)
    restate(folder, "links/part-00000.parquet")


def retype(folder: Path) -> None:
    path = folder / "links" / "part-00000.parquet"
    rows = pl.read_parquet(path)
    path.unlink()
    rows.with_columns(pl.col("position").cast(pl.Int64)).write_parquet(path)
    restate(folder, "links/part-00000.parquet")


def change_value(folder: Path) -> None:
    path = folder / "links" / "part-00000.parquet"
    rows = pq.read_table(path)
    path.unlink()
    pq.write_table(rows.set_column(3, rows.schema.field(3), [["elsewhere"] * rows.num_rows]), path)
    restate(folder, "links/part-00000.parquet")


def link_elsewhere(folder: Path) -> None:
    path = folder / "links" / "part-00000.parquet"
    path.rename(folder.parent / "outside.parquet")
    path.symlink_to(folder.parent / "outside.parquet")


DAMAGES: dict[str, tuple[str, str, Damage]] = {
    "no manifest": ("manifest", "cannot be read", lambda folder: (folder / MANIFEST_NAME).unlink()),
    "half a manifest": ("manifest", "cannot be read", lambda folder: cut(folder / MANIFEST_NAME)),
    "a manifest in another form": (
        "manifest",
        "somebody edited it",
        lambda folder: rewrite(folder / MANIFEST_NAME, (folder / MANIFEST_NAME).read_bytes() + b"\n"),
    ),
    "another content_id": (
        "manifest",
        "content_id is not the hash",
        lambda folder: edit_manifest(folder, lambda manifest: manifest.update(content_id="0" * 32)),
    ),
    "another contract version": (
        "manifest",
        "release_id is not the hash",
        lambda folder: edit_manifest(folder, lambda manifest: manifest.update(contract_version="9.0")),
    ),
    "a manifest without tables": (
        "manifest",
        "could not be looked at",
        lambda folder: edit_manifest(folder, lambda manifest: manifest.pop("tables")),
    ),
    "a missing file": (
        "files",
        "links/part-00000.parquet is missing",
        lambda folder: (folder / "links" / "part-00000.parquet").unlink(),
    ),
    "a missing document": (
        "files",
        "DICTIONARY.md is missing",
        lambda folder: (folder / "DICTIONARY.md").unlink(),
    ),
    "a file too many": (
        "files",
        "links/part-00009.parquet is no part of the release",
        lambda folder: shutil.copy(folder / "links" / "part-00000.parquet", folder / "links" / "part-00009.parquet"),
    ),
    "a file that is a link": ("files", "links/part-00000.parquet is no plain file", link_elsewhere),
    "a truncated file": ("bytes", "links/part-00000.parquet has", lambda f: cut(f / "links" / "part-00000.parquet")),
    "a changed document": (
        "bytes",
        "CHANGES.md has other bytes",
        lambda folder: rewrite(folder / "CHANGES.md", (folder / "CHANGES.md").read_bytes().swapcase()),
    ),
    "a truncated file that the manifest agrees with": (
        "rows",
        "is no readable Parquet file",
        lambda folder: (cut(folder / "links" / "part-00000.parquet"), restate(folder, "links/part-00000.parquet")),
    ),
    "a row that is gone": ("rows", "links/part-00000.parquet has 2 rows, not 3", drop_row),
    "a column of another type": ("schema", "another schema than the contract", retype),
    "another value": ("values", "are not those that content_id was computed from", change_value),
    "other nulls": (
        "values",
        "the nulls or the first and last ids of table papers are not those of its rows",
        lambda folder: edit_manifest(
            folder, lambda manifest: manifest["tables"]["papers"]["nulls"].update(abstract=77)
        ),
    ),
    "other ids of a file": (
        "values",
        "the nulls or the first and last ids of table links are not those of its rows",
        lambda folder: edit_manifest(
            folder, lambda manifest: manifest["tables"]["links"]["files"][0].update(keys=["0" * 32, "f" * 32])
        ),
    ),
    "no catalog": ("views", "is missing", lambda folder: (folder / CATALOG_NAME).unlink()),
    "a catalog that is none": ("views", "cannot be opened", lambda folder: rewrite(folder / CATALOG_NAME, b"none")),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_by_the_question_it_belongs_to(copy: Path, damage: str) -> None:
    question, sentence, spoil = DAMAGES[damage]
    spoil(copy)

    faults = ask(copy)

    assert any(sentence in fault for fault in faults[question]), faults
    assert next(iter(faults)) == question or damage == "no catalog", faults


def test_whole_release_has_no_fault_in_its_warehouse_or_elsewhere(release: Release, copy: Path) -> None:
    for folder in (release.path, copy):
        answers = list(inspect_release(folder))
        assert [answer.question for answer in answers] == list(QUESTIONS)
        assert {answer.status for answer in answers} == {Status.GOOD}


def test_all_faults_are_told_and_the_rest_is_still_looked_at(copy: Path) -> None:
    (copy / "links" / "part-00000.parquet").unlink()
    cut(copy / "papers" / "part-00000.parquet")
    rewrite(copy / "DICTIONARY.md", b"")
    (copy / "poems.txt").touch()

    answers = {answer.question: answer for answer in inspect_release(copy)}

    assert len(answers["files"].faults) == 2
    assert len(answers["bytes"].faults) == 2
    assert answers["values"].status is Status.GOOD, "of the tables that are left"
    assert answers["invariants"].unchecked == ("they speak of tables that were not read whole: links, papers",)


def test_moved_copy_has_views_of_another_place(copy: Path) -> None:
    moved = copy.rename(copy.parent / "moved")

    faults = ask(moved)

    assert list(faults) == ["views"]
    assert "'paperhouse export --in-place FOLDER' makes them anew" in faults["views"][0]


def test_tables_that_contradict_each_other_are_found(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    folders = write_tables({**tables, "aliases": tables["aliases"][1:], "spans": tables["spans"][1:]}, tmp_path / "all")
    entries = {name: verify_table(name, list_files(path), tmp_path / "all") for name, path in folders.items()}
    manifest = make_manifest(
        entries=entries, input_counts={}, sql_files=list_sql_files(), facts={}, created_at="2025-10-29"
    )
    (tmp_path / "all" / MANIFEST_NAME).write_bytes(render_json(manifest))
    build_catalog(tmp_path / "all")

    faults = ask(tmp_path / "all")

    assert list(faults) == ["invariants"]
    assert len(faults["invariants"]) >= 2, "each invariant that does not hold is told"


def test_release_of_another_contract_is_looked_at_as_far_as_it_goes(copy: Path) -> None:
    edit_manifest(copy, lambda manifest: manifest["tables"]["links"]["columns"][2].update(unit="words"))

    answers = {answer.question: answer for answer in inspect_release(copy)}

    assert answers["values"].unchecked == (f"table links has another form than contract {CONTRACT_VERSION} gives it",)
    assert answers["invariants"].status is Status.UNCHECKED
    assert [name for name, answer in answers.items() if answer.faults] == []
