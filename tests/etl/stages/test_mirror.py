"""What extraction kept in a store serves builds on other machines, or costs them nothing. The store is moto's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import obstore
import pytest

from etl.load.files import hash_file
from etl.load.warehouse import Warehouse
from etl.stages import mirror, reading, units
from etl.stages.collect import InputOptions, collect_inputs
from etl.stages.extract import extract_listings
from etl.stages.ledger import list_ledgers
from etl.stages.mirror import find_mirror, list_sent_units
from etl.stages.units import find_units
from etl.store import find_place
from tests.etl.stages.dumps import MARCH, NOVEMBER, OCTOBER, write_dumps
from tests.etl.stages.watched import WatchedRunner

if TYPE_CHECKING:
    from pathlib import Path

    from etl.store import Place


@pytest.fixture
def place(s3: str, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Find the state of this code in an empty bucket; each dump gets a unit of its own."""
    monkeypatch.setattr(units, "UNIT_BYTES", 1)
    return find_mirror(find_place(f"{s3}/papers"))


@pytest.fixture
def dumps(tmp_path: Path) -> Path:
    return write_dumps(tmp_path / "dumps", october=OCTOBER, november=NOVEMBER, march=MARCH)


def extract(root: Path, dumps: Path | Place, place: Place | None, most_units: int = 1000) -> tuple[list[str], Path]:
    """Collect and extract in a warehouse; gives the dumps that were extracted, and the folder of what came out."""
    warehouse = Warehouse(root)
    warehouse.create_folders()
    runner = WatchedRunner(most_units)
    house = None if place is None else place._replace(key=place.key.partition("/state/")[0])
    collected = collect_inputs(warehouse, InputOptions((dumps,)), store=house)
    extracted = extract_listings(warehouse, collected, runner=runner, mirror=place)
    return sorted(runner.extracted), extracted.open_folder(warehouse)


def hash_tables(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): hash_file(path) for path in sorted(folder.rglob("*.parquet"))}


def list_keys(place: Place) -> list[str]:
    return sorted(str(meta["path"]) for batch in obstore.list(place.open(), place.key) for meta in batch)


def test_another_machine_extracts_nothing_again(place: Place, dumps: Path, tmp_path: Path):
    _, expected = extract(tmp_path / "alone", dumps, None)
    first, _ = extract(tmp_path / "one", dumps, place)
    assert first == ["march.txt", "november.txt", "october.txt"]
    write_dumps(dumps, may=OCTOBER.replace("Deep", "May"))
    second, found = extract(tmp_path / "two", dumps, place)
    assert second == ["may.txt"]
    (dumps / "may.txt").unlink()
    third, found = extract(tmp_path / "two", dumps, place)
    assert third == []
    assert hash_tables(found) == hash_tables(expected)


def test_another_machine_goes_on_where_a_driver_died(place: Place, dumps: Path, tmp_path: Path):
    with pytest.raises(KeyboardInterrupt):
        extract(tmp_path / "one", dumps, place, most_units=2)
    done, _ = extract(tmp_path / "two", dumps, place)
    assert len(done) == 1
    assert len(list_sent_units(place)) == 3


def test_units_from_before_there_was_a_store_are_sent(place: Place, dumps: Path, tmp_path: Path):
    extract(tmp_path / "one", dumps, None)
    write_dumps(dumps, may=OCTOBER.replace("Deep", "May"))
    assert extract(tmp_path / "one", dumps, place)[0] == ["may.txt"]
    assert extract(tmp_path / "two", dumps, place)[0] == []


@pytest.mark.parametrize("how", ["cut", "other bytes", "gone", "note is cut", "note of another unit", "note is gone"])
def test_what_is_damaged_there_is_extracted_anew(place: Place, dumps: Path, tmp_path: Path, how: str):
    _, expected = extract(tmp_path / "one", dumps, place)
    store = place.open()
    notes = [key for key in list_keys(place) if key.endswith("unit.json")]
    run = notes[0].replace("unit.json", "cards.arrow")
    key = notes[0] if "note" in how else run
    raw = bytes(obstore.get(store, key).bytes())
    if how.endswith("gone"):
        obstore.delete(store, key)
    else:
        other = bytes(obstore.get(store, notes[1]).bytes())
        changed = {
            "cut": raw[:-9],
            "other bytes": raw[:-1] + b"?",
            "note is cut": raw[:-9],
            "note of another unit": other,
        }
        obstore.put(store, key, changed[how])
    again, found = extract(tmp_path / "two", dumps, place)
    assert len(again) == 1
    assert hash_tables(found) == hash_tables(expected)
    assert not list(find_units(Warehouse(tmp_path / "two")).glob(".*"))


def test_other_code_does_not_use_it(place: Place, dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    extract(tmp_path / "one", dumps, place)
    monkeypatch.setattr(mirror, "fingerprint_code", lambda: "0" * 32)
    other = find_mirror(place._replace(key="papers"))
    assert len(extract(tmp_path / "two", dumps, other)[0]) == 3


def test_a_fresh_machine_reads_no_object_that_another_one_has_read(
    s3: str, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    landing = find_place(f"{s3}/dumps")
    for name, text in (("october.txt", OCTOBER), ("november.txt", NOVEMBER)):
        obstore.put(landing.open(), landing.below(name).key, text.encode())
    monkeypatch.setattr(reading, "has_rested", lambda *_: True)
    _, expected = extract(tmp_path / "one", landing, place)
    monkeypatch.setattr(reading, "_fetch", lambda file: pytest.fail(f"{file.name} was read"))
    done, found = extract(tmp_path / "two", landing, place)
    assert done == []
    assert hash_tables(found) == hash_tables(expected)


@pytest.mark.parametrize("how", ["cut", "other code"])
def test_a_ledger_that_is_not_good_is_not_taken(
    s3: str, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
):
    landing = find_place(f"{s3}/dumps")
    obstore.put(landing.open(), landing.below("october.txt").key, OCTOBER.encode())
    monkeypatch.setattr(reading, "has_rested", lambda *_: True)
    extract(tmp_path / "one", landing, place)
    (ledger,) = list_ledgers(Warehouse(tmp_path / "one"))
    key = place.below(f"ledger/{ledger.name}").key
    assert key in list_keys(place)
    if how == "cut":
        obstore.put(place.open(), key, ledger.read_bytes()[:-9])
    else:
        monkeypatch.setattr("etl.stages.ledger.fingerprint_code", lambda: "0" * 32)
    read: list[str] = []
    fetch = reading._fetch
    monkeypatch.setattr(reading, "_fetch", lambda file: (read.append(file.name), fetch(file))[1])
    extract(tmp_path / "two", landing, place)
    assert read == ["october.txt"]
