"""What a release says of itself to programs, read by the tools of those who made the forms."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from etl.load.export import export_release
from etl.load.files import unseal_folder
from schemas import TABLES
from tests.checkers.conftest import run_tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.load.reader import Release

pytestmark = pytest.mark.checkers

LOADER = Path(__file__).parent / "load_croissant.py"


@pytest.fixture
def copy(release: Release, tmp_path: Path) -> Path:
    """Make a copy that can be changed."""
    folder = export_release(release, tmp_path / "copy").path
    unseal_folder(folder)
    return folder


def plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


def load_croissant(find_tool: Callable[[str, str], Path], folder: Path) -> dict[str, Any]:
    done = run_tool(find_tool("croissant", "python"), LOADER, "croissant.json", folder=folder)
    assert done.returncode == 0, done.stderr
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded


def test_croissant_loads_every_row_of_every_table(find_tool: Callable[[str, str], Path], release: Release):
    loaded = load_croissant(find_tool, release.path)

    assert loaded["issues"] == []
    assert sorted(loaded["rows"]) == sorted(TABLES)
    for table, rows in loaded["rows"].items():
        expected = [{name: plain(value) for name, value in row.items()} for row in release.read(table).to_dicts()]
        assert rows == expected, table


def test_croissant_with_a_column_that_is_not_there_does_not_load(find_tool: Callable[[str, str], Path], copy: Path):
    text = (copy / "croissant.json").read_text(encoding="utf-8").replace('"column": "title"', '"column": "poem"')
    (copy / "croissant.json").unlink()
    (copy / "croissant.json").write_text(text, encoding="utf-8")

    done = run_tool(find_tool("croissant", "python"), LOADER, "croissant.json", folder=copy)

    assert done.returncode != 0
    assert "poem" in done.stderr


def test_data_contract_is_kept_by_the_files(find_tool: Callable[[str, str], Path], release: Release):
    done = run_tool(find_tool("datacontract", "datacontract"), "test", "datacontract.yaml", folder=release.path)

    assert done.returncode == 0, done.stdout
    # It warns that it cannot check the types in Parquet files, which verify does.
    assert "│ failed" not in done.stdout
    assert done.stdout.count("│ passed") > 200


@pytest.mark.parametrize("change", ["a column too many", "another number of rows", "a code that is unknown"])
def test_data_contract_that_is_broken_is_noticed(find_tool: Callable[[str, str], Path], copy: Path, change: str):
    contract = yaml.safe_load((copy / "datacontract.yaml").read_text(encoding="utf-8"))
    links = next(table for table in contract["schema"] if table["name"] == "links")
    if change == "a column too many":
        links["properties"].append({"name": "poem", "logicalType": "string", "physicalType": "VARCHAR"})
    elif change == "another number of rows":
        links["quality"][0]["mustBe"] += 1
    else:
        next(one for one in links["properties"] if one["name"] == "kind")["enum"] = [{"value": "poem"}]
    (copy / "datacontract.yaml").unlink()
    (copy / "datacontract.yaml").write_text(yaml.safe_dump(contract), encoding="utf-8")

    done = run_tool(find_tool("datacontract", "datacontract"), "test", "datacontract.yaml", folder=copy)

    assert done.returncode == 1, done.stdout
