"""What stages made on one machine serves a build on another, or costs it nothing. The store is moto's."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import obstore
import polars as pl
import pytest

import etl
from etl.load.inspection import inspect_release
from etl.load.linking import SourceDamagedError
from etl.load.warehouse import Warehouse
from etl.pipeline import build
from etl.runners.local import LocalRunner
from etl.stages import follow, ledger, reading
from etl.stages.collect import InputOptions
from etl.stages.mirror import find_mirror, send_ledger
from etl.stages.work_unit import DumpChangedError
from etl.store import find_place, list_objects_below
from tests.etl.stages.dumps import MARCH, NOVEMBER, OCTOBER, write_dumps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from etl.load.release import Release
    from etl.store import Place

SENT_STAGES = {"identify", "date", "resolve"}


class NamingRunner(LocalRunner):
    """A runner that tells which functions it was given work for, and is killed at one of them."""

    def __init__(self, killed_at: str = "") -> None:
        super().__init__(1)
        self.worked: set[str] = set()
        self._killed_at = killed_at

    def run(self, fn: Callable[[Any], Any], specs: Sequence[Any], **options: int) -> Iterator[Any]:
        if specs and fn.__name__ == self._killed_at:
            raise KeyboardInterrupt
        self.worked |= {fn.__name__} if specs else set()
        yield from super().run(fn, specs, **options)


@pytest.fixture
def house(s3: str) -> Place:
    return find_place(f"{s3}/papers")


@pytest.fixture
def dumps(tmp_path: Path) -> Path:
    return write_dumps(tmp_path / "dumps", october=OCTOBER, november=NOVEMBER)


def build_there(root: Path, dumps: Path, house: Place, killed_at: str = "") -> tuple[set[str], Release]:
    """Build in a warehouse of its own for the store; gives what there was to do, and the release."""
    runner = NamingRunner(killed_at)
    release = build(Warehouse(root), InputOptions((dumps,)), runner=runner, store=house).release
    return runner.worked, release


def list_results(house: Place) -> dict[str, Place]:
    """List where the store has the note of each stage's result."""
    found = [meta["path"] for meta in list_objects_below(find_mirror(house).below("results"))]
    return {key.split("/")[-3]: house._replace(key=key) for key in found if key.endswith("/result.json")}


def test_another_machine_runs_no_stage_again(house: Place, dumps: Path, tmp_path: Path):
    first, expected = build_there(tmp_path / "one", dumps, house)
    assert {"extract_unit", "pair_bucket", "gather_page_facts", "resolve_bucket"} < first
    assert set(list_results(house)) == SENT_STAGES
    again, found = build_there(tmp_path / "two", dumps, house)
    assert again == {"fetch_unit", "write_published"}
    assert found.release_id == expected.release_id


def test_a_machine_goes_on_at_the_stage_in_which_a_driver_died(house: Place, dumps: Path, tmp_path: Path):
    with pytest.raises(KeyboardInterrupt):
        build_there(tmp_path / "one", dumps, house, killed_at="resolve_bucket")
    assert set(list_results(house)) == {"identify", "date"}
    done, release = build_there(tmp_path / "two", dumps, house)
    assert done == {"fetch_unit", "write_published", "name_bucket", "resolve_bucket", "list_bucket"}
    assert etl.open_release(house.url).release_id == release.release_id


@pytest.mark.parametrize("how", ["cut", "gone", "note is cut", "note is a list", "note names a place outside"])
def test_what_is_damaged_there_is_made_and_sent_anew(house: Place, dumps: Path, tmp_path: Path, how: str):
    _, expected = build_there(tmp_path / "one", dumps, house)
    note = list_results(house)["resolve"]
    raw = bytes(obstore.get(note.open(), note.key).bytes())
    outside = {f"../../{name}": sha256 for name, sha256 in json.loads(raw).items()}
    changed = {"note is cut": raw[:-9], "note is a list": b"[]", "note names a place outside": json.dumps(outside)}
    part = note._replace(key=note.key.replace("result.json", json.loads(raw)["papers/part-00000.parquet"]))
    if how == "gone":
        obstore.delete(part.open(), part.key)
    elif how == "cut":
        obstore.put(part.open(), part.key, bytes(obstore.get(part.open(), part.key).bytes())[:-9])
    else:
        text = changed[how]
        obstore.put(note.open(), note.key, text.encode() if isinstance(text, str) else text)
    done, found = build_there(tmp_path / "two", dumps, house)
    assert {"name_bucket", "resolve_bucket", "list_bucket"} < done
    assert found.release_id == expected.release_id
    assert build_there(tmp_path / "three", dumps, house)[0] == {"fetch_unit", "write_published"}


def test_a_result_from_before_there_was_a_store_is_sent(house: Place, dumps: Path, tmp_path: Path):
    build(Warehouse(tmp_path / "one"), InputOptions((dumps,)), runner=LocalRunner(1))
    assert build_there(tmp_path / "one", dumps, house)[0] == set()
    assert set(list_results(house)) == SENT_STAGES


def test_tables_go_to_the_store_once(house: Place, dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    sent = []
    push = follow.push_release
    monkeypatch.setattr(follow, "push_release", lambda *given, **named: sent.append(push(*given, **named)))
    _, release = build_there(tmp_path / "one", dumps, house)
    tables = ("papers", "listings", "pages", "merges", "variants", "aliases", "links", "organizations")
    copied = {path for table in tables for path in release.list_files(table)}
    assert sent[0].copied_bytes >= sum(path.stat().st_size for path in copied)


def test_a_damaged_file_of_a_release_is_not_taken_for_good_there(house: Place, dumps: Path, tmp_path: Path):
    _, release = build_there(tmp_path / "one", dumps, house)
    (path,) = release.list_files("papers")
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.seek(40)
        file.write(b"damaged")
    with pytest.raises(SourceDamagedError, match="build again, which makes both anew"):
        build_there(tmp_path / "one", dumps, house)
    done, found = build_there(tmp_path / "one", dumps, house)
    assert {"resolve_bucket", "gather_page_facts"} < done
    assert found.release_id == release.release_id
    assert [fault for answer in inspect_release(found.path) for fault in answer.faults] == []


def test_a_ledger_that_made_a_build_fail_is_not_taken_from_the_store_again(
    house: Place, dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reading, "read_clock", lambda: time.time_ns() + 10 * ledger.RESTED_NS)
    build_there(tmp_path / "one", dumps, house)
    work = Warehouse(tmp_path / "one")
    rows = ledger.read_ledger(work)
    ledger.write_ledger(work, rows.with_columns(pl.col("dump_id").reverse().str.reverse()))
    send_ledger(work, find_mirror(house))
    with pytest.raises(DumpChangedError):
        build_there(tmp_path / "one", dumps, house)
    build_there(tmp_path / "one", dumps, house)
    assert ledger.read_ledger(work).equals(rows)


def test_a_result_that_was_amended_is_taken_by_another_machine(house: Place, dumps: Path, tmp_path: Path):
    build_there(tmp_path / "one", dumps, house)
    write_dumps(dumps, march=MARCH, again=OCTOBER.replace("forty", "fifty"))
    done, expected = build_there(tmp_path / "one", dumps, house)
    assert done == {"extract_unit"}
    again, found = build_there(tmp_path / "two", dumps, house)
    assert again == {"fetch_unit", "write_published"}
    assert found.release_id == expected.release_id
    write_dumps(dumps, more=OCTOBER.replace("forty", "sixty"))
    ends = [build_there(tmp_path / place, dumps, house)[1].release_id for place in ("two", "one", "three")]
    assert len(set(ends)) == 1
