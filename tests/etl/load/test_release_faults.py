from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import duckdb
import polars as pl
import pytest

from etl.load import catalog as catalog_module
from etl.load import draft as draft_module
from etl.load import linking as linking_module
from etl.load import release as release_module
from etl.load.lock import hold_lock
from etl.load.log import read_log
from etl.load.reader import open_release, read_current_id
from etl.load.release import CommitUncertainError, PublishFailedError, publish
from etl.load.tables import list_files
from tests.conftest_tables import change_titles, write_tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from etl.load.reader import Release
    from etl.load.warehouse import Warehouse
    from tests.etl.load.conftest import Publish

BEFORE_COMMIT = ("link", "verify", "gates", "compare", "documents", "place", "catalog", "seal", "commit")
AFTER_COMMIT = ("flush", "log", "clean")


def list_staging(warehouse: Warehouse) -> list[Path]:
    return list(warehouse.staging.iterdir())


def break_at(step: str, error: BaseException) -> Callable[[str], None]:
    def on_step(begun: str) -> None:
        if begun == step:
            raise error

    return on_step


def assert_untouched(warehouse: Warehouse, before: Release) -> None:
    assert read_current_id(warehouse) == before.release_id
    assert [path.name for path in warehouse.releases.iterdir()] == [before.release_id]
    assert list_staging(warehouse) == []


def test_fault_before_the_commit_leaves_no_trace(
    warehouse: Warehouse, tables: dict[str, pl.DataFrame], publish_tables: Publish
) -> None:
    before = publish_tables()

    for step in BEFORE_COMMIT:
        full = break_at(step, OSError(28, "No space left on device"))
        with pytest.raises(PublishFailedError, match=f"step '{step}' failed .*No space left.*build again"):
            publish_tables(change_titles(tables), on_step=full)
        assert_untouched(warehouse, before)
    assert open_release(warehouse).read("papers").equals(tables["papers"])


def test_interrupt_before_the_commit_leaves_no_trace(
    warehouse: Warehouse, tables: dict[str, pl.DataFrame], publish_tables: Publish
) -> None:
    before = publish_tables()

    for step in ("gates", "seal", "commit"):
        with pytest.raises(KeyboardInterrupt):
            publish_tables(change_titles(tables), on_step=break_at(step, KeyboardInterrupt()))
        assert_untouched(warehouse, before)


def test_interrupt_after_the_commit_leaves_the_new_release_whole(
    warehouse: Warehouse, tables: dict[str, pl.DataFrame], publish_tables: Publish
) -> None:
    for step in AFTER_COMMIT:
        changed = change_titles(tables, step)
        with pytest.raises(KeyboardInterrupt):
            publish_tables(changed, on_step=break_at(step, KeyboardInterrupt()))
        assert open_release(warehouse).read("papers").equals(changed["papers"])
        assert list_staging(warehouse) == []


def test_interrupt_right_after_the_commit_does_not_withdraw_the_release(
    monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse, publish_tables: Publish
) -> None:
    commit = release_module._commit

    def commit_and_interrupt(*arguments: Any) -> None:  # noqa: ANN401 - handed on as they are
        commit(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(release_module, "_commit", commit_and_interrupt)
    with pytest.raises(KeyboardInterrupt):
        publish_tables()
    assert open_release(warehouse).read("papers").height == 4


def test_fault_after_the_commit_says_so(
    warehouse: Warehouse, tables: dict[str, pl.DataFrame], publish_tables: Publish
) -> None:
    for step in AFTER_COMMIT:
        changed = change_titles(tables, step)
        with pytest.raises(CommitUncertainError, match=f"is committed, durability unknown: step '{step}'"):
            publish_tables(changed, on_step=break_at(step, OSError(5, "Input/output error")))
        assert open_release(warehouse).read("papers").equals(changed["papers"])
        assert list_staging(warehouse) == []


FAULTS: list[tuple[ModuleType, str, Exception]] = [
    (release_module, "build_catalog", duckdb.IOException("IO Error: disk")),
    (draft_module, "check_gates", duckdb.OutOfMemoryException("Out of Memory Error")),
    (linking_module, "link_file", PermissionError(13, "Permission denied")),
    (draft_module, "verify_table", pl.exceptions.ComputeError("not parquet")),
    (catalog_module, "flush_file", OSError(5, "Input/output error")),
    (release_module, "seal_folder", PermissionError(1, "Operation not permitted")),
]


def test_fault_inside_a_step_leaves_current_unchanged(
    monkeypatch: pytest.MonkeyPatch,
    warehouse: Warehouse,
    tables: dict[str, pl.DataFrame],
    publish_tables: Publish,
) -> None:
    before = publish_tables()

    for module, name, error in FAULTS:
        with monkeypatch.context() as patch:
            patch.setattr(module, name, Mock(side_effect=error))
            with pytest.raises(PublishFailedError, match=re.escape(str(error))):
                publish_tables(change_titles(tables))
        assert_untouched(warehouse, before)
    assert publish_tables(change_titles(tables)).release_id != before.release_id


def test_fault_while_a_reused_release_is_finished_removes_nothing(
    monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse, publish_tables: Publish
) -> None:
    before = publish_tables()
    monkeypatch.setattr(release_module, "is_catalog_usable", lambda _: False)

    monkeypatch.setattr(release_module, "build_catalog", Mock(side_effect=OSError(28, "No space left on device")))
    with pytest.raises(PublishFailedError):
        publish_tables()
    assert open_release(warehouse).release_id == before.release_id
    assert before.path.stat().st_mode & 0o777 == 0o555


def test_file_that_is_no_parquet_is_refused(warehouse: Warehouse, tables: dict[str, pl.DataFrame]) -> None:
    with hold_lock(warehouse) as lock:
        folders = write_tables(tables, warehouse.state / "build")
        (file,) = list_files(folders["links"])
        file.write_bytes(b"text")

        with pytest.raises(PublishFailedError, match="step 'verify'"):
            publish(warehouse, folders, lock=lock, facts={})
    assert not warehouse.current.exists()


def test_folder_in_the_place_of_current_is_told(warehouse: Warehouse, publish_tables: Publish) -> None:
    warehouse.current.mkdir(parents=True)

    with pytest.raises(PublishFailedError, match="step 'commit'"):
        publish_tables()
    assert list(warehouse.releases.iterdir()) == []


def test_leavings_of_a_killed_publication_are_swept(warehouse: Warehouse, publish_tables: Publish) -> None:
    warehouse.create_folders()
    (warehouse.staging / "dead" / "release").mkdir(parents=True)

    publish_tables()

    assert list_staging(warehouse) == []


KILL = """
import os, sys
from pathlib import Path
import polars as pl
from etl.load.lock import hold_lock
from etl.load.release import publish
from etl.load.warehouse import Warehouse
from tests.conftest_tables import make_tables, write_tables
warehouse = Warehouse(Path(sys.argv[1]))
tables = make_tables()
for name in ("papers", "listings"):
    tables[name] = tables[name].with_columns(title=pl.concat_str("title", pl.lit("!")))
with hold_lock(warehouse, wait=False) as lock:
    publish(
        warehouse, write_tables(tables, warehouse.state / "killed"), lock=lock, facts={},
        on_step=lambda step: step == sys.argv[2] and os._exit(9),
    )
"""


@pytest.mark.exhaustive
@pytest.mark.parametrize("step", ["catalog", "commit", "flush"])
def test_killed_publication_leaves_one_release_whole_and_the_next_one_mends_all(
    warehouse: Warehouse, tables: dict[str, pl.DataFrame], publish_tables: Publish, repo_root: Path, step: str
) -> None:
    before = publish_tables()

    run = subprocess.run([sys.executable, "-c", KILL, str(warehouse.root), step], cwd=repo_root, check=False)
    assert run.returncode == 9
    found = open_release(warehouse)
    assert (found.release_id == before.release_id) == (step != "flush")
    assert found.connect().sql("SELECT count(*) FROM listings_full").fetchall() == [(7,)]

    after = publish_tables(change_titles(tables))
    assert after.release_id != before.release_id
    assert after.read("papers")["title"].str.ends_with("!").all()
    assert list_staging(warehouse) == []
    assert len(list(warehouse.releases.iterdir())) == len(read_log(warehouse)) == 2
