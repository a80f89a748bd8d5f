"""What goes from a warehouse in a store, and what stays. The store is moto's; time is told to it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import obstore
import pytest

import etl
from etl.load.download import StoredFileDamagedError
from etl.load.pointer import read_pointer
from etl.load.retention import PromiseBrokenError, Rest
from etl.load.warehouse import Warehouse
from etl.pipeline import build
from etl.runners.local import LocalRunner
from etl.stages.collect import InputOptions
from etl.stages.mirror import find_mirror, list_sent_units
from etl.stages.stored_garbage import PointerMissingError, collect_stored_garbage
from etl.store import find_place
from tests.etl.stages.dumps import NOVEMBER, OCTOBER, write_dumps

if TYPE_CHECKING:
    from pathlib import Path

    from etl.store import Place

NOW = dt.datetime.now(dt.UTC)
MONTH_LATER = NOW + dt.timedelta(days=30)
LEAST = Rest(1, 7)
TORN, OTHER = "abc" + "0" * 29, "def" + "0" * 29
FOREIGN = ("releases/README.txt", "releases/v1/app.zip", "state/terraform.tfstate", f"state/{OTHER}/notes/1")


@pytest.fixture
def house(s3: str, tmp_path: Path) -> Place:
    """Publish October, then November; leave half an upload, and state of other code."""
    place = find_place(f"{s3}/papers")
    for name, text in (("october", OCTOBER), ("november", NOVEMBER)):
        dumps = write_dumps(tmp_path / name, **{name: text})
        work = Warehouse(tmp_path / "work")
        build(work, InputOptions((dumps,)), runner=LocalRunner(1), store=place)
    for key in (
        f"releases/{TORN}/papers/part-00000.parquet",
        f"state/{OTHER}/units/1/unit.json",
        f"state/{OTHER}/units/1/cards.arrow",
    ):
        obstore.put(place.open(), place.below(key).key, b"torn")
    return place


def list_keys(place: Place) -> set[str]:
    keys = [str(meta["path"]) for batch in obstore.list(place.open(), place.key) for meta in batch]
    return {key.removeprefix(f"{place.key}/") for key in keys}


def test_what_is_young_stays(house: Place):
    before = list_keys(house)
    assert collect_stored_garbage(house, LEAST, now=NOW + dt.timedelta(days=6), break_promise=True) == []
    assert list_keys(house) == before


def test_what_is_old_goes_and_what_readers_were_promised_stays(house: Place):
    before = list_keys(house)
    planned = collect_stored_garbage(house, Rest(), now=MONTH_LATER, dry_run=True)
    assert list_keys(house) == before
    went = collect_stored_garbage(house, Rest(), now=MONTH_LATER)
    assert went == planned
    # Of the units, that of October is no longer of the current release.
    urls = [removal.url.removeprefix(f"{house.url}/") for removal in went if "/results/" not in removal.url]
    assert {f"releases/{TORN}", f"state/{OTHER}/units/1"} < set(urls)
    assert len(urls) == 3
    assert sum(removal.freed_bytes for removal in went) >= 3 * len(b"torn")
    pointer = read_pointer(house)
    for name in (pointer.release_id, *pointer.before):
        assert etl.open_release(house.url, release=name).read("papers").height > 0
    (unit,) = list_sent_units(find_mirror(house))
    assert set(unit.dump_ids) == set(etl.open_release(house.url).read("dumps")["dump_id"])


def test_an_earlier_release_goes_only_if_the_promise_is_broken(house: Place):
    with pytest.raises(PromiseBrokenError):
        collect_stored_garbage(house, LEAST, now=MONTH_LATER)
    pointer = read_pointer(house)
    went = collect_stored_garbage(house, LEAST, now=MONTH_LATER, break_promise=True)
    assert f"{house.url}/releases/{pointer.before[0]}" in {removal.url for removal in went}
    assert etl.open_release(house.url).read("papers").height > 0


def test_the_ledger_of_this_code_stays(house: Place):
    ledger = find_mirror(house).below("ledger/abc.parquet")
    obstore.put(ledger.open(), ledger.key, b"text")
    collect_stored_garbage(house, Rest(), now=MONTH_LATER)
    assert ledger.key.removeprefix(f"{house.key}/") in list_keys(house)


def test_what_others_keep_there_stays(house: Place):
    for key in FOREIGN:
        obstore.put(house.open(), house.below(key).key, b"theirs")
    assert collect_stored_garbage(house, Rest(0, 0), now=MONTH_LATER, break_promise=True)
    assert set(FOREIGN) < list_keys(house)


@pytest.mark.parametrize("place", ["the bucket", "a warehouse without its pointer"])
def test_where_no_release_is_current_nothing_goes(house: Place, place: str):
    obstore.delete(house.open(), house.below("current.json").key)
    before = list_keys(house)
    named = house if "pointer" in place else house._replace(key="")
    with pytest.raises(PointerMissingError, match=r"has no current.json, .* nothing was removed"):
        collect_stored_garbage(named, Rest(0, 0), now=MONTH_LATER, break_promise=True)
    assert list_keys(house) == before


def test_of_the_results_of_a_stage_the_latest_stays(house: Place):
    def list_results() -> list[str]:
        keys = [key.split("/") for key in list_keys(house) if "/results/" in key]
        return sorted(f"{stage} {stage_id}" for _, _, _, stage, stage_id, *_ in keys)

    before = set(list_results())
    collect_stored_garbage(house, Rest(), now=MONTH_LATER)
    after = set(list_results())
    assert len(before) == 6
    assert {name.partition(" ")[0] for name in after} == {"identify", "date", "resolve"}
    assert len(after) == 3


def test_a_damaged_table_is_told_in_a_sentence(house: Place):
    release = etl.open_release(house.url)
    for url in release.list_urls("dumps"):
        place = find_place(url)
        obstore.put(place.open(), place.key, b"PAR1")
    before = list_keys(house)
    with pytest.raises(StoredFileDamagedError, match=r"/dumps is missing, or has other bytes"):
        collect_stored_garbage(house, Rest(), now=MONTH_LATER)
    assert list_keys(house) == before
