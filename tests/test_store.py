"""The whole build from dumps in a store to a warehouse in a store; moto serves S3 on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
import polars as pl
import pytest

import etl
import etl.runners.ray
from etl.extract.files import InputMissingError
from etl.load.pointer import read_pointer
from etl.load.reader import open_release
from etl.load.warehouse import Warehouse
from etl.pipeline import NoProgress, build
from etl.runners import WORKER_VARIABLES
from etl.runners.local import LocalRunner
from etl.sample import write_sample
from etl.stages import reading
from etl.stages.collect import InputOptions
from etl.store import StoreRefusedError, find_place
from tests.etl.stages.dumps import NOVEMBER, OCTOBER
from tests.test_determinism import assert_same_content

if TYPE_CHECKING:
    from etl.runners.ray import RayRunner
    from etl.store import Place


@pytest.fixture
def house(s3: str) -> Place:
    return find_place(f"{s3}/papers")


@pytest.fixture
def dumps(tmp_path: Path) -> Path:
    write_sample(tmp_path / "dumps", dumps=4, seed=3, cards_per_dump=20)
    (tmp_path / "dumps" / "2025-10-29 a#b").mkdir()
    (tmp_path / "dumps" / "2025-10-29 a#b" / "page.txt").write_text(OCTOBER, encoding="utf-8")
    (tmp_path / "dumps" / "page_days.csv").write_text(
        "name,page_on\n2025-10-29 a#b/page.txt,2025-10-29\n", encoding="utf-8"
    )
    return tmp_path / "dumps"


def put_files(folder: Path, place: Place) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            obstore.put(place.open(), place.below(path.relative_to(folder).as_posix()).key, path)


def test_dumps_in_a_store_give_what_they_give_as_files(s3: str, dumps: Path, tmp_path: Path):
    place = find_place(f"{s3}/landing/dumps")
    put_files(dumps, place)
    expected = build(Warehouse(tmp_path / "local"), InputOptions((dumps,)), runner=LocalRunner(1)).release
    found = build(Warehouse(tmp_path / "other"), InputOptions((place,)), runner=LocalRunner(1)).release
    assert_same_content(found, expected)
    assert found.read("inputs").equals(expected.read("inputs"))
    assert "sidecar" in set(found.read("inputs")["given_by"])


def test_an_object_that_was_not_replaced_is_not_read_again(s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    place = find_place(f"{s3}/dumps")
    for name, text in (("october.txt", OCTOBER), ("november.txt", NOVEMBER)):
        obstore.put(place.open(), place.below(name).key, text.encode())
    read: list[str] = []
    fetch = reading._fetch
    monkeypatch.setattr(reading, "_fetch", lambda file: (read.append(file.name), fetch(file))[1])
    monkeypatch.setattr(reading, "has_rested", lambda *_: True)
    for expected in (["november.txt", "october.txt"], [], ["october.txt"]):
        release = build(Warehouse(tmp_path / "house"), InputOptions((place,)), runner=LocalRunner(1)).release
        assert sorted(read) == expected
        read.clear()
        if not expected:
            obstore.put(place.open(), place.below("october.txt").key, OCTOBER.replace("Deep", "Steep").encode())
    assert "Steep Ladders" in "".join(release.read("papers")["title"])


def test_a_cluster_reads_from_the_store_and_publishes_there(
    ray_runner: RayRunner, house: Place, dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # The nodes run since before there was a store; elsewhere they have credentials of their own.
    known = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    monkeypatch.setattr(etl.runners.ray, "WORKER_VARIABLES", {**WORKER_VARIABLES, **known})
    place = house.below("dumps")
    put_files(dumps, place)
    expected = build(Warehouse(tmp_path / "local"), InputOptions((dumps,)), runner=LocalRunner(1)).release
    build(Warehouse(tmp_path / "work"), InputOptions((place,)), runner=ray_runner, store=house)
    assert etl.open_release(house.url).manifest["content_id"] == expected.manifest["content_id"]


class Race(NoProgress):
    """Progress that waits, before the first upload, until the other writer is there as well."""

    def __init__(self, barrier: threading.Barrier) -> None:
        self._barrier, self._is_past = barrier, False

    def step(self, what: str) -> None:
        if what == "upload" and not self._is_past:
            self._is_past = True
            self._barrier.wait()


def test_of_two_writers_at_once_one_rebuilds_on_what_the_other_published(house: Place, tmp_path: Path):
    barrier, lost, releases = threading.Barrier(2), list[str](), {}

    def write(name: str, text: str) -> None:
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
        report = build(
            Warehouse(tmp_path / name),
            InputOptions((tmp_path / f"{name}.txt",)),
            runner=LocalRunner(1),
            store=house,
            on_lost=lost.append,
            progress=Race(barrier),
        )
        releases[name] = report.release

    writers = [threading.Thread(target=write, args=one) for one in (("october", OCTOBER), ("november", NOVEMBER))]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(lost) == 1
    assert "another writer has published meanwhile" in lost[0]
    pointer = read_pointer(house)
    last = next(release for release in releases.values() if release.release_id == pointer.release_id)
    first = next(release for release in releases.values() if release is not last)
    assert pointer.before == (first.release_id,)
    for release in (first, last):
        stored = etl.open_release(house.url, release=release.release_id)
        assert stored.read("papers").equals(release.read("papers"))


def test_the_command_builds_from_a_store_for_a_store(s3: str, dumps: Path, tmp_path: Path):
    put_files(dumps, find_place(f"{s3}/dumps"))
    command = [Path(sys.executable).with_name("paperhouse"), "build", f"{s3}/dumps", "--store", f"{s3}/papers"]
    done = subprocess.run(
        [*map(str, command), "--warehouse", str(tmp_path / "work")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    release = open_release(tmp_path / "work")
    assert f"Release {release.release_id} is current in {s3}/papers." in done.stderr
    assert pl.read_parquet(etl.open_release(f"{s3}/papers").list_urls("papers")).height == release.read("papers").height


def test_dumps_that_are_not_there_are_named(s3: str, warehouse: Warehouse):
    with pytest.raises(InputMissingError, match=f"^{s3}/nothing: the folder holds no dump"):
        build(warehouse, InputOptions((find_place(f"{s3}/nothing"),)), runner=LocalRunner(1))
    with pytest.raises(StoreRefusedError, match=r"^s3://nowhere: there is no such bucket; make it"):
        build(warehouse, InputOptions((find_place("s3://nowhere/dumps"),)), runner=LocalRunner(1))


def test_a_dry_run_is_compared_with_the_store_and_changes_nothing(house: Place, tmp_path: Path):
    for name, text in (("october", OCTOBER), ("november", NOVEMBER)):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    october, november = (InputOptions((tmp_path / f"{name}.txt",)) for name in ("october", "november"))
    there = build(Warehouse(tmp_path / "one"), october, runner=LocalRunner(1), store=house).release
    work = Warehouse(tmp_path / "two")
    here = build(work, november, runner=LocalRunner(1)).release
    planned = build(work, november, runner=LocalRunner(1), store=house, dry_run=True).release
    assert planned.manifest["changes"]["before"] == there.release_id
    assert open_release(work).release_id == here.release_id
    assert read_pointer(house).release_id == there.release_id


def test_the_commands_fetch_a_release_and_clear_up(s3: str, house: Place, tmp_path: Path):
    (tmp_path / "october.txt").write_text(OCTOBER, encoding="utf-8")
    published = build(
        Warehouse(tmp_path / "one"), InputOptions((tmp_path / "october.txt",)), runner=LocalRunner(1), store=house
    ).release
    other = tmp_path / "other"
    assert run_command("fetch", f"{s3}/nothing", "--warehouse", other).stderr.startswith(
        f"Error: {s3}/nothing: nothing was published there yet"
    )
    assert run_command("fetch", house.url, "--warehouse", other).stdout.startswith(f"Release {published.release_id}\n")
    found = run_command("sql", "SELECT count(*) AS n FROM papers", "--format", "csv", "--warehouse", other)
    assert found.stdout == f"n\n{published.read('papers').height}\n"
    done = run_command("gc", "--store", house.url)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("0 prefixes went, and 0 bytes")


def run_command(*words: object) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("paperhouse"), *words]
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)


def test_a_warehouse_among_the_dumps_is_none_of_them(s3: str, dumps: Path, tmp_path: Path):
    place = find_place(f"{s3}/dumps")
    put_files(dumps, place)
    house = place.below("papers")
    first = build(Warehouse(tmp_path / "one"), InputOptions((place,)), runner=LocalRunner(1), store=house).release
    second = build(Warehouse(tmp_path / "two"), InputOptions((place,)), runner=LocalRunner(1), store=house).release
    assert second.release_id == first.release_id
