from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from etl.load import files as files_module
from etl.load.catalog import CATALOG_NAME
from etl.load.documents import DOCUMENTS
from etl.load.files import hash_file, unseal_folder
from etl.load.gates import InvariantBrokenError
from etl.load.lock import LockNotHeldError, hold_lock
from etl.load.log import read_log
from etl.load.reader import open_release, read_current_id
from etl.load.release import publish
from etl.load.succession import ReleaseShrinksError
from etl.load.tables import list_files
from etl.load.verify import RowRuleBrokenError
from schemas import TABLES
from tests.conftest_tables import change_titles, write_tables

if TYPE_CHECKING:
    from etl.load.reader import Release
    from etl.load.warehouse import Warehouse
    from tests.etl.load.conftest import Publish

STEPS = [
    "link",
    "verify",
    "compare",
    "gates",
    "documents",
    "place",
    "catalog",
    "seal",
    "commit",
    "flush",
    "log",
    "clean",
]


def list_staging(warehouse: Warehouse) -> list[Path]:
    return list(warehouse.staging.iterdir())


def test_release_holds_what_was_given(release: Release, tables: dict[str, pl.DataFrame]) -> None:
    assert sorted(path.name for path in release.path.iterdir()) == sorted(
        [*TABLES, "MANIFEST.json", *DOCUMENTS, CATALOG_NAME]
    )
    for name in TABLES:
        assert release.read(name).equals(tables[name])


def test_a_table_that_did_not_change_is_the_same_file_on_the_disk(
    publish_tables: Publish, tables: dict[str, pl.DataFrame]
) -> None:
    before = publish_tables()
    after = publish_tables(change_titles(tables, "!"))

    shared = {
        name: [
            left.samefile(right) for left, right in zip(before.list_files(name), after.list_files(name), strict=True)
        ]
        for name in TABLES
    }
    assert shared["papers"] == [False]
    assert all(all(files) for name, files in shared.items() if after.read(name).equals(before.read(name)))


def test_manifest_describes_the_files_as_they_are(release: Release) -> None:
    for table in release.manifest["tables"].values():
        for file in table["files"]:
            path = release.path / file["path"]
            assert (file["bytes"], file["sha256"]) == (path.stat().st_size, hash_file(path))
            assert file["rows"] == pl.scan_parquet(path, glob=False).select(pl.len()).collect().item()
    assert release.manifest["inputs"] == {"read": 6, "rejected": 1, "unreadable": 1}
    assert dt.datetime.fromisoformat(release.manifest["created_at"]).tzinfo


def test_dictionary_tells_tables_views_and_macros(release: Release) -> None:
    text = (release.path / "DICTIONARY.md").read_text(encoding="utf-8")

    for heading in (*TABLES, "listings_full", "daily", "papers_of_month"):
        assert f"\n## {heading}\n" in text


def test_everything_in_a_release_is_read_only(release: Release) -> None:
    modes = {path.stat().st_mode & 0o777 for path in release.path.rglob("*") if path.is_file()}
    folder_modes = {path.stat().st_mode & 0o777 for path in (release.path, *release.path.rglob("*")) if path.is_dir()}

    assert modes == {0o444}
    assert folder_modes == {0o555}


def test_current_is_a_relative_link_so_that_a_warehouse_can_move(warehouse: Warehouse, publish_tables: Publish) -> None:
    release = publish_tables()

    assert str(warehouse.current.readlink()) == f"releases/{release.release_id}"
    assert list_staging(warehouse) == []


def test_tables_are_linked_not_copied(warehouse: Warehouse, publish_tables: Publish) -> None:
    release = publish_tables()

    for name in TABLES:
        (built,) = list_files(warehouse.state / "build-1" / name)
        assert built.samefile(release.list_files(name)[0])


def test_steps_come_in_the_order_of_the_protocol(publish_tables: Publish) -> None:
    steps: list[str] = []

    publish_tables(on_step=steps.append)

    assert steps == STEPS


def test_what_a_reader_can_see_is_on_the_disk_before(monkeypatch: pytest.MonkeyPatch, publish_tables: Publish) -> None:
    """Trace the system calls that matter: flushes of files and folders, renames, the link and its replacement."""
    trace: list[str] = []
    fsync, rename, replace = os.fsync, Path.rename, Path.replace

    def traced_fsync(descriptor: int) -> None:
        trace.append(f"fsync {Path(f'/proc/self/fd/{descriptor}').readlink().name}")
        fsync(descriptor)

    def traced_rename(path: Path, target: Path) -> Path:
        trace.append(f"rename {path.name}")
        return rename(path, target)

    def traced_replace(path: Path, target: Path) -> Path:
        trace.append(f"replace {Path(target).name}")
        return replace(path, target)

    monkeypatch.setattr(files_module.os, "fsync", traced_fsync)
    monkeypatch.setattr(Path, "rename", traced_rename)
    monkeypatch.setattr(Path, "replace", traced_replace)
    release = publish_tables(on_step=lambda step: trace.append(f"[{step}]"))

    def between(first: str, last: str) -> list[str]:
        return trace[trace.index(f"[{first}]") : trace.index(f"[{last}]")]

    assert between("link", "verify").count("fsync part-00000.parquet") == len(TABLES)
    assert set(TABLES) <= {entry.removeprefix("fsync ") for entry in between("link", "verify")}
    assert between("documents", "place")[1:] == [
        *(f"fsync {name}" for name in (*DOCUMENTS, "MANIFEST.json", "release"))
    ]
    placed = between("place", "catalog")
    assert placed[1:3] == ["rename release", "fsync releases"]
    assert between("catalog", "seal")[1:] == [
        "fsync .paperhouse.duckdb.new",
        f"replace {CATALOG_NAME}",
        f"fsync {release.release_id}",
    ]
    assert between("seal", "commit")[1:] == [f"fsync {release.release_id}", "fsync releases"]
    assert between("commit", "flush")[1:] == ["replace current"]
    assert between("flush", "log")[1:] == ["fsync warehouse"]


def test_same_content_again_reuses_the_release(warehouse: Warehouse, publish_tables: Publish) -> None:
    first = publish_tables()
    inode = (first.path / "MANIFEST.json").stat().st_ino

    second = publish_tables(facts={"note": "another build"})

    assert second.release_id == first.release_id
    assert second.manifest == first.manifest
    assert (second.path / "MANIFEST.json").stat().st_ino == inode
    assert len(list(warehouse.releases.iterdir())) == len(read_log(warehouse)) == 1
    assert list_staging(warehouse) == []


def test_other_files_of_the_same_rows_are_the_same_release(
    warehouse: Warehouse, tables: dict[str, pl.DataFrame], publish_tables: Publish
) -> None:
    first = publish_tables()
    with hold_lock(warehouse) as lock:
        folders = write_tables(tables, warehouse.state / "parts", partitions=16)
        second = publish(warehouse, folders, lock=lock, facts={})

    assert second.release_id == first.release_id
    assert len(second.list_files("listings")) == 1


def test_other_content_is_another_release(
    warehouse: Warehouse, tables: dict[str, pl.DataFrame], publish_tables: Publish
) -> None:
    first = publish_tables()
    second = publish_tables(change_titles(tables))
    third = publish_tables()

    assert first.release_id == third.release_id != second.release_id
    assert read_current_id(warehouse) == third.release_id
    assert [line["release_id"] for line in read_log(warehouse)] == [
        release.release_id for release in (first, second, third)
    ]


def test_renamed_input_is_a_new_release_of_the_same_content(
    tables: dict[str, pl.DataFrame], publish_tables: Publish
) -> None:
    first = publish_tables()
    renamed = tables["inputs"].with_columns(path=pl.col("path").str.replace("0.txt", "renamed.txt", literal=True))
    second = publish_tables({"inputs": renamed.sort("path", "member")})

    assert second.manifest["content_id"] == first.manifest["content_id"]
    assert second.release_id != first.release_id


@pytest.mark.parametrize("damage", ["missing", "changed", "no dictionary", "no manifest"])
def test_damaged_release_is_made_again(warehouse: Warehouse, publish_tables: Publish, damage: str) -> None:
    first = publish_tables()
    unseal_folder(first.path)
    (papers,) = first.list_files("papers")
    if damage == "missing":
        papers.unlink()
    elif damage == "changed":
        content = papers.read_bytes()
        papers.unlink()
        papers.write_bytes(content[:-1] + b"\0")
    else:
        (first.path / {"no dictionary": "DICTIONARY.md", "no manifest": "MANIFEST.json"}[damage]).unlink()

    second = publish_tables()

    assert second.release_id == first.release_id
    assert second.read("papers").height == 4
    assert (second.path / "DICTIONARY.md").is_file()
    assert list_staging(warehouse) == []


def test_release_that_a_crash_left_without_catalog_is_finished(publish_tables: Publish) -> None:
    first = publish_tables()
    unseal_folder(first.path)
    (first.path / CATALOG_NAME).unlink()
    (first.path / ".paperhouse.duckdb.new").write_bytes(b"half")

    second = publish_tables()

    assert second.connect().sql("SELECT count(*) FROM papers").fetchall() == [(4,)]
    assert sorted(path.name for path in second.path.iterdir() if path.is_file()) == [
        *sorted([*DOCUMENTS, "MANIFEST.json"]),
        CATALOG_NAME,
    ]
    assert (second.path / CATALOG_NAME).stat().st_mode & 0o777 == 0o444


def test_moved_warehouse_gets_a_new_catalog(
    warehouse: Warehouse, tmp_path: Path, tables: dict[str, pl.DataFrame], publish_tables: Publish
) -> None:
    publish_tables()
    moved = type(warehouse)(tmp_path / "moved")
    warehouse.root.rename(moved.root)
    with hold_lock(moved) as lock:
        release = publish(moved, write_tables(tables, moved.state / "again"), lock=lock, facts={})

    assert release.path.is_relative_to(moved.root)
    assert release.connect().sql("SELECT count(*) FROM papers").fetchall() == [(4,)]


def test_lock_must_be_held(warehouse: Warehouse, tables: dict[str, pl.DataFrame]) -> None:
    with hold_lock(warehouse) as lock:
        folders = write_tables(tables, warehouse.state / "build")

    with pytest.raises(LockNotHeldError):
        publish(warehouse, folders, lock=lock, facts={})
    assert not warehouse.current.exists()


def test_gate_that_closes_leaves_current_unchanged(
    warehouse: Warehouse, tables: dict[str, pl.DataFrame], publish_tables: Publish
) -> None:
    before = publish_tables()

    with pytest.raises(InvariantBrokenError, match="bytes_tile_dumps"):
        publish_tables({**change_titles(tables), "spans": tables["spans"][1:]})
    assert read_current_id(warehouse) == before.release_id
    assert [path.name for path in warehouse.releases.iterdir()] == [before.release_id]
    assert list_staging(warehouse) == []


def test_bad_row_in_a_derived_table_leaves_current_unchanged(
    warehouse: Warehouse, tables: dict[str, pl.DataFrame], publish_tables: Publish
) -> None:
    before = publish_tables()

    with pytest.raises(RowRuleBrokenError, match="table organizations breaks the rule 'paper_count: "):
        publish_tables({"organizations": tables["organizations"].with_columns(paper_count=pl.lit(0, pl.Int32))})
    assert read_current_id(warehouse) == before.release_id
    assert list_staging(warehouse) == []


def test_shrinking_is_refused_unless_it_is_allowed(
    warehouse: Warehouse, tables: dict[str, pl.DataFrame], publish_tables: Publish
) -> None:
    roots = {"input_roots": ["dumps"]}
    before = publish_tables(facts=roots)
    empty = {name: rows.clear() for name, rows in tables.items()}

    with pytest.raises(ReleaseShrinksError, match="table papers would go from 4 rows to 0"):
        publish_tables(empty, facts=roots)
    assert read_current_id(warehouse) == before.release_id

    after = publish_tables(empty, facts=roots, allow_shrink=True)
    assert read_current_id(warehouse) == after.release_id


def test_dry_run_tells_all_and_changes_nothing(
    warehouse: Warehouse, tables: dict[str, pl.DataFrame], publish_tables: Publish
) -> None:
    steps: list[str] = []
    planned = publish_tables(dry_run=True, on_step=steps.append)

    assert steps == STEPS[: STEPS.index("place")]
    assert read_current_id(warehouse) is None
    assert list(warehouse.releases.iterdir()) == list_staging(warehouse) == []
    assert planned.manifest["tables"]["papers"]["rows"] == 4

    assert publish_tables().release_id == planned.release_id
    with pytest.raises(InvariantBrokenError):
        publish_tables({"spans": tables["spans"][1:]}, dry_run=True)


READ = """
import sys
import duckdb
import polars as pl
import pyarrow.parquet as pq
from pathlib import Path
catalog = Path(sys.argv[1])
with duckdb.connect(catalog, read_only=True) as connection:
    views = [name for name, in connection.sql("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()]
    for view in views:
        connection.sql(f"SELECT * FROM {view}").fetchall()
for folder in filter(Path.is_dir, catalog.parent.iterdir()):
    rows = pl.read_parquet(sorted(folder.iterdir()), glob=False).height
    table = pq.read_table(folder)
    assert table.num_rows == rows
    assert all(field.metadata[b"description"] for field in table.schema)
    assert "catalog" not in sys.modules and "schemas" not in sys.modules
print(sorted(views))
"""


@pytest.mark.parametrize("name", ["plain", "a[1] *", "it's", "day=1"])
def test_release_is_read_by_path_alone_from_anywhere(
    tables: dict[str, pl.DataFrame], tmp_path: Path, warehouse: Warehouse, name: str
) -> None:
    house = type(warehouse)(tmp_path / name / "warehouse")
    with hold_lock(house) as lock:
        release = publish(house, write_tables(tables, house.state / "build"), lock=lock, facts={})
    (tmp_path / "elsewhere").mkdir()

    run = subprocess.run(
        [sys.executable, "-c", READ, str(release.catalog)],
        cwd=tmp_path / "elsewhere",
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "listings_full" in run.stdout
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_reader_stays_in_its_release(
    warehouse: Warehouse, tables: dict[str, pl.DataFrame], publish_tables: Publish
) -> None:
    publish_tables()
    reader = open_release(warehouse)
    with contextlib.closing(reader.connect()) as connection:
        publish_tables(change_titles(tables))

        assert connection.sql("SELECT count(*) FROM papers WHERE title LIKE '%!'").fetchall() == [(0,)]
        assert reader.read("papers").equals(tables["papers"])
    assert open_release(warehouse).read("papers")["title"].str.ends_with("!").all()


def test_facts_that_are_no_json_are_refused_before_anything_is_seen(
    warehouse: Warehouse, publish_tables: Publish
) -> None:
    with pytest.raises(TypeError):
        publish_tables(facts={"path": Path("x")})
    assert not warehouse.current.exists()
    assert list_staging(warehouse) == []


def test_manifest_on_the_disk_is_canonical(release: Release) -> None:
    text = (release.path / "MANIFEST.json").read_text(encoding="utf-8")

    assert text == json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False, indent=2) + "\n"
