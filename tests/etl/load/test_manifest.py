from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from etl.load import manifest as manifest_module
from etl.load.manifest import (
    MANIFEST_NAME,
    FileEntry,
    ManifestUnreadableError,
    TableEntry,
    compare_rows,
    list_release_files,
    make_manifest,
    read_entry,
    read_manifest,
    render_json,
    write_manifest,
)
from etl.load.sql_files import list_sql_files
from etl.version import PACKAGE_VERSION, PARSER_VERSION
from schemas import CONTRACT_VERSION, TABLES
from schemas.contract import describe_contract

if TYPE_CHECKING:
    from pathlib import Path


def make(**changes: object) -> dict[str, Any]:
    entries = {
        name: TableEntry(
            files=(
                FileEntry(f"{name}/part-00000.parquet", 2, 10, "ab" * 32, ("0f", "1e")),
                FileEntry(f"{name}/b", 1, 5, "cd" * 32),
            ),
            partition_hashes={"0f": "12" * 32},
            nulls={"url": 3},
        )
        for name in TABLES
    }
    parts: dict[str, Any] = {
        "entries": entries,
        "input_counts": {"read": 3},
        "sql_files": list_sql_files(),
        "facts": {"input_roots": ["dumps"]},
        "created_at": "2025-10-29T00:00:00+00:00",
    }
    return make_manifest(**{**parts, **changes})


def test_manifest_tells_what_a_release_holds() -> None:
    manifest = make()
    links = manifest["tables"]["links"]

    assert manifest["contract_version"] == CONTRACT_VERSION
    assert manifest["package_version"] == PACKAGE_VERSION
    assert manifest["parser_version"] == PARSER_VERSION
    assert set(manifest["libraries"]) == {"duckdb", "pandera", "polars", "pyarrow", "python"}
    assert manifest["facts"] == {"input_roots": ["dumps"]}
    assert manifest["inputs"] == {"read": 3}
    assert len(manifest["release_id"]) == len(manifest["content_id"]) == 32
    assert (links["rows"], links["bytes"], links["key"]) == (3, 15, ["paper_id", "position"])
    first = {"path": "links/part-00000.parquet", "rows": 2, "bytes": 10, "sha256": "ab" * 32, "keys": ["0f", "1e"]}
    assert links["files"][0] == first
    assert read_entry(first) == FileEntry(**{**first, "keys": ("0f", "1e")})
    assert links["nulls"] == {"url": 3}
    assert links["columns"] == describe_contract()["tables"]["links"]["columns"]
    assert links["partition_hashes"] == {"0f": "12" * 32}


def test_information_takes_part_in_no_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    before = make()
    monkeypatch.setattr(manifest_module, "version", lambda _: "99")
    after = make(created_at="2026-01-01T00:00:00+00:00", facts={}, input_counts={})

    assert (after["release_id"], after["content_id"]) == (before["release_id"], before["content_id"])


def test_renamed_file_makes_a_new_release_of_the_same_content() -> None:
    before = make()
    entries = {
        name: TableEntry(files=(), partition_hashes={"0f": ("34" if name == "inputs" else "12") * 32})
        for name in TABLES
    }
    after = make(entries=entries)

    assert after["content_id"] == before["content_id"]
    assert after["release_id"] != before["release_id"]


def test_changed_row_makes_new_content() -> None:
    entries = {
        name: TableEntry(files=(), partition_hashes={"0f": ("34" if name == "links" else "12") * 32}) for name in TABLES
    }

    assert make(entries=entries)["content_id"] != make()["content_id"]


def test_changed_view_makes_a_new_release_of_the_same_content() -> None:
    before, after = make(), make(sql_files=list_sql_files()[1:])

    assert after["content_id"] == before["content_id"]
    assert after["release_id"] != before["release_id"]


@pytest.mark.parametrize("name", ["CONTRACT_VERSION", "PACKAGE_VERSION"])
def test_new_version_makes_a_new_release(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    before = make()
    monkeypatch.setattr(manifest_module, name, "99.9")

    assert make()["release_id"] != before["release_id"]


def test_equal_facts_give_equal_bytes() -> None:
    assert (
        render_json({"b": [1], "a": "é"})
        == render_json({"a": "é", "b": [1]})
        == '{\n  "a": "é",\n  "b": [\n    1\n  ]\n}\n'.encode()
    )
    with pytest.raises(ValueError, match="not JSON compliant"):
        render_json(float("nan"))


def test_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_manifest(make(), tmp_path)

    assert read_manifest(tmp_path) == make()
    assert json.loads((tmp_path / MANIFEST_NAME).read_text(encoding="utf-8")) == make()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"manifest_version": 99}'])
def test_damaged_manifest_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST_NAME).write_text(text, encoding="utf-8")

    with pytest.raises(ManifestUnreadableError, match=r"MANIFEST\.json cannot be read .* this release is damaged"):
        read_manifest(tmp_path)


def test_missing_manifest_is_told(tmp_path: Path) -> None:
    with pytest.raises(ManifestUnreadableError, match="No such file or directory"):
        read_manifest(tmp_path)


def test_files_are_listed_below_the_release(tmp_path: Path) -> None:
    files = list_release_files(make(), tmp_path)

    assert set(files) == set(TABLES)
    assert files["links"] == [tmp_path / "links" / "part-00000.parquet", tmp_path / "links" / "b"]


def test_rows_are_compared_with_those_before() -> None:
    entries = {name: TableEntry(files=(), partition_hashes={}) for name in TABLES}

    assert compare_rows(None, make())["papers"] == (0, 3)
    assert compare_rows(make(), make(entries=entries))["papers"] == (3, 0)
