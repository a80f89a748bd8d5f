from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from etl.load.log import read_log, record_release

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.warehouse import Warehouse


def make_manifest(name: str, created_at: str = "2025-10-01") -> dict[str, Any]:
    return {
        "manifest_version": 1,
        "release_id": name,
        "content_id": "c",
        "created_at": created_at,
        "tables": {"papers": {"rows": 4}},
    }


@pytest.fixture
def staging(warehouse: Warehouse) -> Path:
    warehouse.create_folders()
    return warehouse.staging


def record(warehouse: Warehouse, name: str, at: str) -> None:
    record_release(warehouse, make_manifest(name), at, warehouse.staging)


def read_ids(warehouse: Warehouse) -> list[str]:
    return [line["release_id"] for line in read_log(warehouse)]


@pytest.mark.usefixtures("staging")
def test_each_release_has_a_line(warehouse: Warehouse) -> None:
    record(warehouse, "a", "2025-10-01")
    record(warehouse, "b", "2025-10-02")
    record(warehouse, "a", "2025-10-03")

    assert read_ids(warehouse) == ["a", "b", "a"]
    assert [json.loads(line) for line in warehouse.log.read_text(encoding="utf-8").splitlines()] == read_log(warehouse)
    assert read_log(warehouse)[1] == {
        "committed_at": "2025-10-02",
        "release_id": "b",
        "content_id": "c",
        "rows": {"papers": 4},
        "by": "build",
    }


@pytest.mark.usefixtures("staging")
def test_release_that_stays_current_is_not_told_again(warehouse: Warehouse) -> None:
    record(warehouse, "a", "2025-10-01")
    record(warehouse, "a", "2025-10-02")

    assert [line["committed_at"] for line in read_log(warehouse)] == ["2025-10-01"]


@pytest.mark.usefixtures("staging")
def test_order_is_that_of_the_commits_though_the_clock_jumps(warehouse: Warehouse) -> None:
    for name, at in (("a", "2030-01-01"), ("b", "2020-01-01"), ("c", "2025-01-01"), ("a", "2021-01-01")):
        record(warehouse, name, at)

    assert read_ids(warehouse) == ["a", "b", "c", "a"]


@pytest.mark.usefixtures("staging")
@pytest.mark.parametrize("tail", ['{"release_id": "x", "commi', "\x00\x00", "[]\n", '{"release_id": "x"}\n', "\n\n"])
def test_torn_line_is_dropped(warehouse: Warehouse, tail: str) -> None:
    record(warehouse, "a", "2025-10-01")
    with warehouse.log.open("a", encoding="utf-8") as log:
        log.write(tail)

    record(warehouse, "b", "2025-10-02")

    assert read_ids(warehouse) == ["a", "b"]
    assert len(warehouse.log.read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.usefixtures("staging")
def test_lost_log_is_made_again_from_the_manifests(warehouse: Warehouse) -> None:
    for name, created_at in (("new", "2025-10-02"), ("old", "2025-10-01")):
        (warehouse.releases / name).mkdir()
        manifest = json.dumps(make_manifest(name, created_at))
        (warehouse.releases / name / "MANIFEST.json").write_text(manifest, encoding="utf-8")
    for name, manifest in (("damaged", "{"), ("unfinished", None)):
        (warehouse.releases / name).mkdir()
        if manifest:
            (warehouse.releases / name / "MANIFEST.json").write_text(manifest, encoding="utf-8")

    record(warehouse, "now", "2025-10-03")

    assert read_ids(warehouse) == ["old", "new", "now"]


def test_no_log_is_an_empty_one(warehouse: Warehouse) -> None:
    assert read_log(warehouse) == []
