"""Files that have not changed are not read again, and whatever becomes of the ledger, no result depends on it."""

from __future__ import annotations

import os
import random
import zipfile
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.load.warehouse import Warehouse
from etl.runners.local import LocalRunner
from etl.stages import ledger, reading, receipt
from etl.stages.collect import InputOptions, collect_inputs, read_inputs, read_plan
from etl.stages.extract import extract_listings
from etl.stages.ledger import LEDGER_SCHEMA, forget_ledger, has_rested, read_ledger, write_ledger
from etl.stages.work_unit import DumpChangedError
from tests.etl.stages.dumps import MARCH, NOVEMBER, OCTOBER, write_dumps

if TYPE_CHECKING:
    from pathlib import Path

    from etl.extract.files import FileState, InputFile

HOUR_NS = 3_600_000_000_000


@pytest.fixture(autouse=True)
def _an_hour_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read files an hour after they were written, so that all of them have rested."""
    honest = ledger.read_clock
    monkeypatch.setattr(reading, "read_clock", lambda: honest() + HOUR_NS)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Hear of every file that is read."""
    names: list[str] = []
    honest = reading.read_with_state

    def read(file: InputFile) -> tuple[bytes, FileState]:
        names.append(file.name)
        return honest(file)

    monkeypatch.setattr(reading, "read_with_state", read)
    return names


def collect(warehouse: Warehouse, *roots: Path, **options: object) -> tuple[list[tuple], list[tuple]]:
    folder = collect_inputs(warehouse, InputOptions(roots, **options)).open_folder(warehouse)
    return read_inputs(folder).rows(), read_plan(folder).rows()


def list_ledgers(warehouse: Warehouse) -> list[Path]:
    return list((warehouse.state / "ledger").iterdir())


def pack(path: Path, **texts: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in texts.items():
            archive.writestr(f"{name}.txt", text)


def test_an_unchanged_file_is_not_read_again(warehouse: Warehouse, dumps: Path, opened: list[str]):
    first = collect(warehouse, dumps)
    assert opened == ["november.txt", "october.txt"]
    opened.clear()
    assert collect(warehouse, dumps) == first
    assert opened == []


def test_only_what_is_new_or_changed_is_read(warehouse: Warehouse, dumps: Path, opened: list[str]):
    collect(warehouse, dumps)
    opened.clear()
    write_dumps(dumps, october=OCTOBER.replace("Oct 29", "Oct 30"), march=MARCH)
    changed = collect(warehouse, dumps)
    assert opened == ["march.txt", "october.txt"]
    assert changed == collect(Warehouse(warehouse.root.parent / "fresh"), dumps)


def test_a_file_of_the_same_size_and_times_is_told_by_its_inode_or_change(
    warehouse: Warehouse, dumps: Path, opened: list[str]
):
    collect(warehouse, dumps)
    opened.clear()
    path = dumps / "october.txt"
    before = path.stat()
    path.write_bytes(OCTOBER.replace("Deep", "Tall").encode())  # as long as before, and its time set back
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    collect(warehouse, dumps)
    assert opened == ["october.txt"]


def test_rehash_trusts_nothing(warehouse: Warehouse, dumps: Path, opened: list[str]):
    first = collect(warehouse, dumps)
    opened.clear()
    assert collect(warehouse, dumps, rehash=True) == first
    assert opened == ["november.txt", "october.txt"]


def test_a_file_that_was_changed_just_before_it_was_read_is_read_again(
    warehouse: Warehouse, dumps: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reading, "read_clock", ledger.read_clock)
    collect(warehouse, dumps)
    opened.clear()
    collect(warehouse, dumps)
    assert opened == ["november.txt", "october.txt"]
    assert read_ledger(warehouse).is_empty()


@pytest.mark.parametrize(("age_ns", "rested"), [(0, False), (1_999_999_999, False), (2_000_000_000, True), (-1, False)])
def test_rest_counts_from_the_later_of_both_times(dumps: Path, age_ns: int, *, rested: bool):
    found = (dumps / "october.txt").stat()
    assert has_rested(found, max(found.st_mtime_ns, found.st_ctime_ns) + age_ns) is rested


def test_an_archive_is_not_unpacked_again_as_long_as_its_members_are_kept(
    warehouse: Warehouse, dumps: Path, opened: list[str]
):
    pack(dumps / "both.zip", z=OCTOBER, a=MARCH)
    first = collect(warehouse, dumps)
    opened.clear()
    assert collect(warehouse, dumps) == first
    assert opened == []
    next((warehouse.root / "members").glob("??/*")).unlink()
    assert collect(warehouse, dumps) == first
    assert opened == ["both.zip"]


def test_a_file_that_cannot_be_read_is_tried_each_time(warehouse: Warehouse, dumps: Path, opened: list[str]):
    (dumps / "link.txt").symlink_to(dumps / "october.txt")
    first = collect(warehouse, dumps, skip_unreadable=True)
    opened.clear()
    assert collect(warehouse, dumps, skip_unreadable=True) == first
    assert opened == ["link.txt"]


def test_the_ledger_holds_what_the_last_build_named_and_no_more(warehouse: Warehouse, dumps: Path):
    collect(warehouse, dumps)
    (dumps / "november.txt").unlink()
    collect(warehouse, dumps)
    assert [os.path.basename(path) for path in read_ledger(warehouse)["path"]] == [b"october.txt"]  # noqa: PTH119 - bytes
    assert len(list_ledgers(warehouse)) == 1


def test_a_ledger_that_says_it_all_is_not_written_again(warehouse: Warehouse, dumps: Path):
    collect(warehouse, dumps)
    (kept,) = list_ledgers(warehouse)
    written = kept.stat()
    collect(warehouse, dumps)
    assert list_ledgers(warehouse) == [kept]
    # Its time of access may be another: it was read.
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == (written.st_ino, written.st_mtime_ns)


@pytest.mark.parametrize("how", ["empty", "cut", "flipped", "other", "gone"])
def test_a_damaged_ledger_costs_time_and_nothing_else(warehouse: Warehouse, dumps: Path, opened: list[str], how: str):
    first = collect(warehouse, dumps)
    opened.clear()
    (path,) = list_ledgers(warehouse)
    raw = path.read_bytes()
    flipped = bytearray(raw)
    flipped[len(raw) // 3] ^= 1
    path.write_bytes({"empty": b"", "cut": raw[:-9], "flipped": bytes(flipped), "other": b"text", "gone": b""}[how])
    if how == "gone":
        path.unlink()
    assert collect(warehouse, dumps) == first
    assert opened == ["november.txt", "october.txt"]
    assert list_ledgers(warehouse) == [path]
    assert path.read_bytes() == raw


def test_the_ledger_of_other_code_is_not_believed(
    warehouse: Warehouse, dumps: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
):
    collect(warehouse, dumps)
    opened.clear()
    for module in (ledger, receipt):
        monkeypatch.setattr(module, "fingerprint_code", lambda: "other code")
    collect(warehouse, dumps)
    assert opened == ["november.txt", "october.txt"]


def test_a_ledger_that_names_the_wrong_dump_stops_one_build_and_is_forgotten(warehouse: Warehouse, dumps: Path):
    first = collect(warehouse, dumps)
    write_ledger(warehouse, read_ledger(warehouse).with_columns(pl.lit("0" * 32).alias("dump_id")))
    wrong = collect_inputs(warehouse, InputOptions((dumps,)))
    with pytest.raises(DumpChangedError):
        extract_listings(warehouse, wrong, runner=LocalRunner(1))
    assert read_ledger(warehouse).is_empty()
    assert collect(warehouse, dumps) == first


def test_there_is_nothing_to_forget_in_a_new_warehouse(warehouse: Warehouse):
    forget_ledger(warehouse)
    assert dict(read_ledger(warehouse).schema) == LEDGER_SCHEMA


STEPS = ("add", "change", "touch", "remove", "rename", "copy", "pack", "forget", "lose a member")


def take_step(step: str, folder: Path, warehouse: Warehouse, chance: random.Random) -> None:
    """Change the folder of dumps, or what the warehouse remembers of it."""
    paths = sorted(folder.iterdir())
    path, number = chance.choice(paths), chance.randrange(1000)
    text = chance.choice([OCTOBER, NOVEMBER, MARCH]) + "\n" * chance.randrange(3)
    if step in {"add", "change"}:
        (path if step == "change" else folder / f"{number}.txt").write_text(text, "utf-8")
    elif step == "touch":
        os.utime(path, ns=(number, number))
    elif step == "remove" and len(paths) > 1:
        path.unlink()
    elif step == "rename":
        path.rename(folder / f"{number}.renamed")
    elif step == "copy":
        (folder / f"{number}.copy").write_bytes(path.read_bytes())
    elif step == "pack":
        pack(folder / f"{number}.zip", one=text, two=OCTOBER)
    elif step == "forget":
        forget_ledger(warehouse)
    elif step == "lose a member":
        for member in list((warehouse.root / "members").glob("??/*"))[:1]:
            member.unlink()


@settings(max_examples=12)
@given(steps=st.lists(st.sampled_from(STEPS), min_size=3, max_size=9), seed=st.integers(0, 999))
def test_what_is_collected_with_a_ledger_is_what_is_collected_without(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str], seed: int
):
    place = tmp_path_factory.mktemp("way")
    folder = write_dumps(place / "dumps", october=OCTOBER, november=NOVEMBER)
    warehouse, chance = Warehouse(place / "warehouse"), random.Random(seed)  # noqa: S311 - the same way every time
    collect(warehouse, folder)
    for step in steps:
        take_step(step, folder, warehouse, chance)
        found = collect_inputs(warehouse, InputOptions((folder,)))
    assert found == collect_inputs(warehouse, InputOptions((folder,), rehash=True))  # its id is a hash of all rows
