"""The same dumps give the same content, whatever else is different; and every way to a set of dumps ends alike."""

from __future__ import annotations

import contextlib
import io
import os
import random
import subprocess
import sys
import time
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from polars.testing import assert_frame_equal

from etl.load.reader import Release, open_release
from etl.load.warehouse import Warehouse
from etl.pipeline import build
from etl.runners.local import LocalRunner
from etl.sample import write_sample
from etl.stages import amend, extract, identify, ledger, parts, reading, runs, units, work_unit
from etl.stages.collect import InputOptions
from schemas import OUTSIDE_CONTENT, TABLES
from tests.etl.stages.dumps import MARCH, NO_PAGE, NOVEMBER, OCTOBER, OLD_YEAR, ZERO_AUTHORS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

# Copies of one paper on pages of one day, so that nothing but dump and position is left to decide between them.

pytestmark = pytest.mark.usefixtures("plain_report")
TIES = {
    "upper": OCTOBER.replace("Deep Ladders", "DEEP Ladders"),
    "lower": OCTOBER.replace("Deep Ladders", "deep LADDERS"),
    "mirror": OCTOBER.replace("github.com", "mirror.example"),
}

# The same two pages as a source prints them that puts the year into its header: of their comments one is older.
DATED = {
    "dated october": OCTOBER.replace("Oct 29", "Oct 29, 2025", 1),
    "dated november": NOVEMBER.replace("Nov 5", "Nov 5, 2025", 1),
}


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Make dumps of all sorts: a sample, ties, a dump that is no page, cards that break a rule."""
    folder = tmp_path_factory.mktemp("sample") / "dumps"
    write_sample(folder, dumps=8, seed=11, cards_per_dump=24)
    texts = {
        **TIES,
        "october": OCTOBER,
        "november": NOVEMBER,
        **DATED,
        "march": f"{MARCH}\n\n{ZERO_AUTHORS}\n\n{OLD_YEAR}\n",
        "letter": NO_PAGE,
        "void": "",
    }
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.txt"))} | {
        f"{name}.txt": text.encode() for name, text in texts.items()
    }


@pytest.fixture(scope="module")
def fresh(dumps: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Release:
    folder = tmp_path_factory.mktemp("fresh")
    return build_files(folder, dumps)


def write_files(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    return folder


def build_files(place: Path, files: dict[str, bytes], *, workers: int = 1) -> Release:
    """Build a warehouse of its own from these files."""
    return build_roots(place, write_files(place / "dumps", files), workers=workers)


def build_roots(place: Path, *roots: Path, workers: int = 1, runner: LocalRunner | None = None) -> Release:
    warehouse = Warehouse(place / "warehouse")
    return build(warehouse, InputOptions(roots), runner=runner or LocalRunner(workers), allow_shrink=True).release


def assert_same_content(found: Release, expected: Release) -> None:
    """Compare table by table first, which says where the difference is."""
    for table in TABLES.keys() - OUTSIDE_CONTENT:
        assert_frame_equal(found.read(table), expected.read(table), check_exact=True)
    assert found.manifest["content_id"] == expected.manifest["content_id"]


def test_the_dumps_of_these_tests_have_something_of_everything(fresh: Release):
    empty = {name for name in TABLES if fresh.read(name).is_empty()}
    assert empty <= {"near_misses"}
    assert set(fresh.read("dumps")["status"]) == {"read", "empty", "rejected"}
    assert {"same_text", "exact_title"} <= set(fresh.read("merges")["rule"])
    assert {"filled", "conflict", "older"} == set(fresh.read("variants")["reason"])
    assert {"printed", "inferred", None} <= set(fresh.read("listings")["published_year_basis"])


def test_a_second_build_elsewhere(fresh: Release, dumps: dict[str, bytes], tmp_path: Path):
    for number in range(2):
        assert_same_content(build_files(tmp_path / str(number), dumps), fresh)


def test_other_names_in_another_order(fresh: Release, dumps: dict[str, bytes], tmp_path: Path):
    renamed = {f"{len(dumps) - number:03}.page": raw for number, raw in enumerate(dumps.values())}
    assert_same_content(build_files(tmp_path, renamed), fresh)


def test_several_roots_in_any_order_with_copies(fresh: Release, dumps: dict[str, bytes], tmp_path: Path):
    names = list(dumps)
    left, right = ({name: dumps[name] for name in chosen} for chosen in (names[:8], names[5:]))
    roots = [write_files(tmp_path / "z", left), write_files(tmp_path / "a" / "deep", right)]
    assert_same_content(build_roots(tmp_path / "one", *roots), fresh)
    assert_same_content(build_roots(tmp_path / "two", *reversed(roots)), fresh)


@pytest.mark.exhaustive
@pytest.mark.parametrize("split", [(20_000, 3, 1), (100_000, 1, 2)])
def test_other_ranges_of_keys_and_stretches_of_pairs(
    fresh: Release,
    dumps: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    split: tuple[int, int, int],
):
    bucket_bytes, pairs_per_task, workers = split
    monkeypatch.setattr(runs, "BUCKET_BYTES", bucket_bytes)
    monkeypatch.setattr(runs, "FEW_RUNS", 2)
    monkeypatch.setattr(runs, "MERGED_RUNS", 3)
    monkeypatch.setattr(runs, "BATCH_BYTES", bucket_bytes)
    monkeypatch.setattr(work_unit, "BATCH", units.Limit(bucket_bytes, 2000))
    monkeypatch.setattr(identify, "PAIRS_PER_TASK", pairs_per_task)
    release = build_files(tmp_path, dumps, workers=workers)
    assert len(release.manifest["tables"]["papers"]["files"]) > 1
    assert_same_content(release, fresh)


def test_an_archive_of_them(fresh: Release, dumps: dict[str, bytes], tmp_path: Path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in reversed(dumps.items()):
            archive.writestr(f"pages/{name}", raw)
    assert_same_content(build_files(tmp_path, {"all.zip": packed.getvalue()}), fresh)


@pytest.fixture(params=[1, 100_000], ids=["a unit for each dump", "larger units"])
def unit_bytes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(units, "UNIT_BYTES", request.param)
    return request.param


@pytest.mark.exhaustive
@pytest.mark.usefixtures("unit_bytes")
@pytest.mark.parametrize("workers", [1, 2])
def test_other_workers_and_units(fresh: Release, dumps: dict[str, bytes], tmp_path: Path, workers: int):
    release = build_files(tmp_path, dumps, workers=workers)
    assert release.manifest["facts"]["stages"]["extract"]["read_dumps"] == len(dumps) - 2
    assert_same_content(release, fresh)


PROGRAM = """
import sys
from pathlib import Path
from etl.load.warehouse import Warehouse
from etl.pipeline import build
from etl.runners.local import LocalRunner
from etl.stages.collect import InputOptions
if __name__ == "__main__":
    place = Path(sys.argv[1])
    build(Warehouse(place / "warehouse"), InputOptions((place / "dumps",)), runner=LocalRunner(1))
"""


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "environment",
    [
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1", "POLARS_MAX_THREADS": "1", "LANG": "C"},
        {"TZ": "America/Anchorage", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "2", "POLARS_MAX_THREADS": "7"},
    ],
    ids=["far east", "far west"],
)
def test_another_time_zone_locale_hash_seed_and_number_of_threads(
    fresh: Release, dumps: dict[str, bytes], tmp_path: Path, repo_root: Path, environment: dict[str, str]
):
    write_files(tmp_path / "dumps", dumps)
    variables = {**os.environ, **environment, "PYTHONPATH": str(repo_root)}
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    subprocess.run(command, cwd=tmp_path, env=variables, check=True)
    assert_same_content(open_release(tmp_path / "warehouse"), fresh)


SIZES = ("BUCKET_BYTES", "PART_BYTES", "AMENDED_BYTES")
WAYS = {
    "one range": (runs.BUCKET_BYTES, parts.PART_BYTES, amend.AMENDED_BYTES),
    "many ranges": (60_000, 8_000, amend.AMENDED_BYTES),
    "some changes are too large to be amended": (60_000, 8_000, 90_000),
}
"""What tables are cut by, and what a change may have."""


class DyingRunner(LocalRunner):
    """A runner that is killed instead of doing one task more than so many."""

    def __init__(self, tasks: int) -> None:
        super().__init__(1)
        self._tasks = tasks

    def run(self, fn: Callable[[Any], Any], specs: Sequence[Any], **options: int) -> Iterator[Any]:
        for spec in specs:
            if not self._tasks:
                raise KeyboardInterrupt
            self._tasks -= 1
            yield from super().run(fn, [spec], **options)


@pytest.fixture
def remembering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a small warehouse remember what it can: rested files, several units, small ones that become larger."""
    monkeypatch.setattr(reading, "read_clock", lambda: time.time_ns() + 10 * ledger.RESTED_NS)
    monkeypatch.setattr(units, "UNIT_BYTES", 60_000)
    monkeypatch.setattr(units, "MAX_SMALL", 2)
    monkeypatch.setattr(work_unit, "BATCH", units.Limit(30_000, 2000))


@pytest.mark.exhaustive
@pytest.mark.usefixtures("remembering")
@pytest.mark.parametrize("seed", [5, 6])
@pytest.mark.parametrize("sizes", WAYS.values(), ids=WAYS)
def test_every_way_to_a_set_of_dumps_ends_in_the_content_of_a_fresh_build(
    dumps: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sizes: tuple[int, int, int], seed: int
):
    for module, name, size in zip((runs, parts, extract), SIZES, sizes, strict=True):
        monkeypatch.setattr(module, name, size)
    chance = random.Random(seed)  # noqa: S311 - the same way every time
    folder, present = tmp_path / "way" / "dumps", dict[str, bytes]()
    for step in range(5):
        wanted = dict(dumps) if step == 4 else {name: dumps[name] for name in chance.sample(sorted(dumps), 8)}
        for name in present.keys() - wanted.keys():
            (folder / name).unlink()
        write_files(folder, {name: wanted[name] for name in wanted.keys() - present.keys()})
        present = wanted
        with contextlib.suppress(KeyboardInterrupt):
            build_roots(tmp_path / "way", folder, runner=DyingRunner(chance.randrange(1, 16)))
        built_on = build_roots(tmp_path / "way", folder)
        if step in (2, 4):
            assert_same_content(built_on, build_files(tmp_path / f"fresh {step}", present))
    assert ledger.read_ledger(Warehouse(tmp_path / "way" / "warehouse")).height == len(dumps)


@pytest.mark.exhaustive
def test_the_real_dumps_under_other_names_by_two_workers(
    shared_dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    roots = [shared_dumps / "seeds", shared_dumps / "rendered"]
    plain = build_roots(tmp_path / "plain", *roots)
    files = sorted(path for root in roots for path in root.glob("*.txt"))
    renamed = {f"{len(files) - number:03}.txt": path.read_bytes() for number, path in enumerate(files)}
    monkeypatch.setattr(units, "UNIT_BYTES", 200_000)
    other = build_files(tmp_path / "other", renamed, workers=2)
    assert_same_content(other, plain)
    assert other.release_id != plain.release_id
