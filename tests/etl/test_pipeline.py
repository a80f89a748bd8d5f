from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, NoReturn

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from etl.errors import PaperhouseError
from etl.extract.files import InputUnreadableError
from etl.load.linking import SourceDamagedError
from etl.load.lock import WarehouseLockedError, hold_lock
from etl.load.reader import Release, open_release
from etl.load.succession import ReleaseShrinksError
from etl.load.warehouse import Warehouse
from etl.pipeline import build
from etl.runners.local import LocalRunner
from etl.stages.collect import InputOptions
from etl.stages.receipt import KEPT_RESULTS
from etl.stages.validated import TableInvalidError
from etl.transform import paper_tables
from schemas import TABLES
from schemas.validation import find_failures
from tests.check_tiling import check_release
from tests.etl.stages.dumps import MARCH, NO_PAGE, NOVEMBER, OCTOBER, OLD_YEAR, ZERO_AUTHORS, write_dumps

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("plain_report")

STAGES = ["collect", "extract", "account", "identify", "date", "resolve"]


class Listener:
    """Progress that writes down what it hears."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.steps: list[str] = []
        self.told: list[str] = []
        self.done: dict[str, tuple[int, int]] = {}

    def start(self, stage: str) -> None:
        self.stages.append(stage)

    def advance(self, done: int, total: int) -> None:
        self.done[self.stages[-1]] = (done, total)

    def step(self, what: str) -> None:
        self.steps.append(what)

    def tell(self, sentence: str) -> None:
        self.told.append(sentence)


class NoRunner:
    """A runner for builds that must not have anything to run."""

    def run(self, *_: object, **__: object) -> NoReturn:
        message = "there was something to run"
        raise AssertionError(message)


@pytest.fixture
def dumps(tmp_path: Path) -> Path:
    return write_dumps(tmp_path / "dumps", october=OCTOBER, november=NOVEMBER)


def build_release(warehouse: Warehouse, *roots: Path, **options: object) -> Release:
    return build(warehouse, InputOptions(roots, **options), runner=LocalRunner(1)).release


def is_unchanged(warehouse: Warehouse, before: Release) -> bool:
    leftovers = [*warehouse.staging.iterdir(), *warehouse.state.glob("*/.unfinished-*")]
    return open_release(warehouse).release_id == before.release_id and leftovers == []


def test_a_folder_of_dumps_becomes_the_current_release(warehouse: Warehouse, dumps: Path):
    report = build(warehouse, InputOptions((dumps,)), runner=LocalRunner(1))
    assert list(report.receipts) == STAGES
    release = open_release(warehouse)
    assert release == report.release
    assert release.path == warehouse.current.resolve()
    counts = {
        name: release.read(name).height for name in ("dumps", "pages", "listings", "papers", "merges", "quarantine")
    }
    assert counts == {"dumps": 2, "pages": 2, "listings": 5, "papers": 3, "merges": 4, "quarantine": 0}
    for name, table in TABLES.items():
        assert find_failures(release.read(name), table).is_empty(), name
    assert check_release(release.path, [dumps]) == []


def test_who_watches_hears_every_stage_in_order(warehouse: Warehouse, dumps: Path):
    listener = Listener()
    build(warehouse, InputOptions((dumps,)), runner=LocalRunner(1), progress=listener)
    assert listener.stages == [*STAGES, "publish"]
    total = sum(path.stat().st_size for path in dumps.iterdir())
    tasks = {"identify": (4, 4), "date": (3, 3), "resolve": (3, 3)}
    assert listener.done == {"collect": (2, 2), "extract": (total, total), **tasks}
    assert listener.steps.index("verify") < listener.steps.index("gates") < listener.steps.index("commit")


def test_a_build_of_the_same_dumps_has_nothing_to_run_and_gives_the_same_release(warehouse: Warehouse, dumps: Path):
    first = build(warehouse, InputOptions((dumps,)), runner=LocalRunner(1))
    again = build(warehouse, InputOptions((dumps,)), runner=NoRunner())
    assert again.receipts == first.receipts
    assert again.release.release_id == first.release.release_id
    assert len(list(warehouse.releases.iterdir())) == 1


def test_a_release_is_not_read_again_if_nothing_is_new(warehouse: Warehouse, dumps: Path):
    first = build(warehouse, InputOptions((dumps,)), runner=LocalRunner(1))
    listener = Listener()
    again = build(warehouse, InputOptions((dumps,)), runner=NoRunner(), progress=listener)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.release == first.release
    assert listener.stages == [*STAGES, "publish"]
    assert listener.steps == []


def test_a_release_that_somebody_changed_is_made_again(warehouse: Warehouse, dumps: Path):
    first = build_release(warehouse, dumps)
    table = first.list_files("papers")[0]
    good = table.read_bytes()
    table.parent.chmod(0o755)
    table.unlink()
    table.write_bytes(good[:-1])
    again = build(warehouse, InputOptions((dumps,)), runner=NoRunner())
    assert not again.is_new
    assert table.read_bytes() == good


@pytest.mark.parametrize("rehash", [False, True])
@pytest.mark.parametrize("is_cut", [False, True], ids=["another byte", "cut short"])
def test_a_file_damaged_where_it_lies_is_made_anew_by_the_second_build(
    warehouse: Warehouse, dumps: Path, *, is_cut: bool, rehash: bool
):
    first = build_release(warehouse, dumps)
    table = first.list_files("papers")[0]
    good = table.read_bytes()
    table.chmod(0o644)
    table.write_bytes(good[:-9] if is_cut else good[:99] + bytes([good[99] ^ 1]) + good[100:])  # the same inode
    with pytest.raises(SourceDamagedError, match=r"papers/part-00000.parquet is damaged.*: nothing was published"):
        build_release(warehouse, dumps, rehash=rehash)
    again = build_release(warehouse, dumps, rehash=rehash)
    assert again.release_id == first.release_id
    assert table.read_bytes() == good


def test_rehash_looks_at_the_whole_release_again(warehouse: Warehouse, dumps: Path):
    build_release(warehouse, dumps)
    listener = Listener()
    again = build(warehouse, InputOptions((dumps,), rehash=True), runner=NoRunner(), progress=listener)
    assert not again.is_new
    assert {"verify", "gates", "commit"} <= set(listener.steps)


def test_a_dry_run_checks_everything_and_publishes_nothing(warehouse: Warehouse, dumps: Path):
    options = InputOptions((dumps,))
    planned = build(warehouse, options, runner=LocalRunner(1), dry_run=True).release
    assert not warehouse.current.is_symlink()
    assert list(warehouse.releases.iterdir()) == []
    assert list(warehouse.staging.iterdir()) == []
    assert build(warehouse, options, runner=NoRunner()).release.release_id == planned.release_id


def test_a_renamed_dump_is_another_release_of_the_same_content(warehouse: Warehouse, dumps: Path):
    before = build_release(warehouse, dumps)
    (dumps / "october.txt").rename(dumps / "herbst.txt")
    after = build_release(warehouse, dumps)
    assert after.release_id != before.release_id
    assert after.manifest["content_id"] == before.manifest["content_id"]


def test_an_archive_is_the_same_content_as_its_files(tmp_path: Path, dumps: Path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a/october.txt", OCTOBER)
        archive.writestr("b/november.txt", NOVEMBER)
    archives = write_dumps(tmp_path / "archives", both=packed.getvalue())
    releases = [build_release(Warehouse(tmp_path / name), root) for name, root in (("one", dumps), ("two", archives))]
    assert releases[0].manifest["content_id"] == releases[1].manifest["content_id"]


def test_the_members_of_an_archive_are_kept_as_long_as_they_are_named(
    warehouse: Warehouse, tmp_path: Path, dumps: Path
):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("march.txt", MARCH)
    build_release(warehouse, write_dumps(tmp_path / "archives", one=packed.getvalue()))
    members = list((warehouse.root / "members").rglob("*"))
    assert [path.read_text() for path in members if path.is_file()] == [MARCH]
    for number in range(KEPT_RESULTS):  # other runs may still need what the newest plans name
        (dumps / f"{number}.txt").write_text(MARCH + "\n" * (number + 1))
        build_release(warehouse, dumps)
    assert [path for path in (warehouse.root / "members").rglob("*") if path.is_file()] == []


def test_two_copies_of_a_dump_are_one(tmp_path: Path, dumps: Path):
    once = build_release(Warehouse(tmp_path / "one"), dumps)
    (dumps / "copy.txt").write_text(OCTOBER)
    twice = build_release(Warehouse(tmp_path / "two"), dumps)
    assert once.manifest["content_id"] == twice.manifest["content_id"]
    assert twice.read("inputs").height == 3


def test_planted_bad_listings_land_in_quarantine_and_every_byte_keeps_its_role(warehouse: Warehouse, tmp_path: Path):
    page = f"{OCTOBER}\n\n{ZERO_AUTHORS}\n\n{OLD_YEAR}\n"
    folder = write_dumps(tmp_path / "dumps", planted=page, november=NOVEMBER)
    release = build_release(warehouse, folder)
    assert release.read("quarantine").select("reason", "detail").rows() == [
        ("rule_failed", "author_count: greater_than_or_equal_to(1) = 0"),
        ("rule_failed", "published_on: in_range(1900-01-01, 2199-12-31) = 1850-07-10"),
    ]
    assert release.read("listings").height == 5
    assert check_release(release.path, [folder]) == []


def test_a_dump_that_is_no_listing_page_is_rejected_and_the_run_goes_on(
    warehouse: Warehouse, dumps: Path, tmp_path: Path
):
    alone = build_release(Warehouse(tmp_path / "alone"), dumps)
    write_dumps(dumps, letter=NO_PAGE, noise=bytes(range(32)) * 9)
    release = build_release(warehouse, dumps)
    rejected = release.read("dumps").filter(status="rejected")
    assert sorted(rejected["reason"]) == ["layout_unknown", "not_text"]
    assert release.read("quarantine")["reason"].to_list() == ["dump_rejected"] * 2
    assert_frame_equal(release.read("listings"), alone.read("listings"))
    assert check_release(release.path, [dumps]) == []


def test_a_planted_bad_row_stops_the_build_by_rule_and_leaves_current(
    warehouse: Warehouse, dumps: Path, monkeypatch: pytest.MonkeyPatch
):
    before = build_release(warehouse, dumps)
    honest = paper_tables.find_variants
    spoilt = pl.lit("no_such_field").alias("field")
    monkeypatch.setattr(paper_tables, "find_variants", lambda *frames: honest(*frames).with_columns(spoilt))
    write_dumps(dumps, again=OCTOBER.replace("forty", "fifty"))
    with pytest.raises(TableInvalidError, match=r"table variants: \d+ rows break the rule field: isin\("):
        build_release(warehouse, dumps)
    assert is_unchanged(warehouse, before)


def test_tables_that_contradict_each_other_stop_the_build_and_leave_current(
    warehouse: Warehouse, dumps: Path, monkeypatch: pytest.MonkeyPatch
):
    before = build_release(warehouse, dumps)
    honest = paper_tables.find_variants
    monkeypatch.setattr(paper_tables, "find_variants", lambda *frames: honest(*frames).clear())
    write_dumps(dumps, again=OCTOBER.replace("forty", "fifty"))
    with pytest.raises(PaperhouseError, match="the invariant variants_rebuild_listings"):
        build_release(warehouse, dumps)
    assert is_unchanged(warehouse, before)


def test_an_unreadable_input_fails_the_build_and_leaves_current(warehouse: Warehouse, dumps: Path):
    before = build_release(warehouse, dumps)
    (dumps / "link.txt").symlink_to(dumps / "october.txt")
    with pytest.raises(InputUnreadableError, match=r"link\.txt: it is a symbolic link"):
        build_release(warehouse, dumps)
    assert is_unchanged(warehouse, before)
    skipped = build_release(warehouse, dumps, skip_unreadable=True)
    assert skipped.manifest["content_id"] == before.manifest["content_id"]
    assert skipped.read("inputs").filter(status="unreadable")["path"].to_list() == ["link.txt"]


def test_a_release_that_loses_most_of_its_dumps_is_refused_unless_that_is_meant(warehouse: Warehouse, tmp_path: Path):
    folder = write_dumps(tmp_path / "dumps", a=OCTOBER, b=NOVEMBER, c=MARCH)
    before = build_release(warehouse, folder)
    for name in ("a.txt", "b.txt"):
        (folder / name).unlink()
    with pytest.raises(ReleaseShrinksError, match="table papers would go from 4 rows to 1"):
        build_release(warehouse, folder)
    assert is_unchanged(warehouse, before)
    report = build(warehouse, InputOptions((folder,)), runner=LocalRunner(1), allow_shrink=True)
    assert open_release(warehouse).read("dumps").height == 1
    assert report.release.release_id != before.release_id


def test_a_build_beside_another_is_told_who_holds_the_warehouse(warehouse: Warehouse, dumps: Path):
    with hold_lock(warehouse), pytest.raises(WarehouseLockedError, match="in use by process"):
        build(warehouse, InputOptions((dumps,)), runner=LocalRunner(1), wait=False)
    assert build_release(warehouse, dumps).read("papers").height == 3


def test_a_day_given_by_the_user_reaches_papers_and_listings(warehouse: Warehouse, dumps: Path):
    day = dt.date(2025, 10, 29)
    release = build_release(warehouse, dumps, page_days={"october.txt": day})
    paper = release.read("papers").filter(title="Slow Tides").row(0, named=True)
    assert (paper["published_on"], paper["published_year_basis"]) == (dt.date(2025, 10, 27), "given")
    assert (paper["first_listed_on"], paper["last_listed_on"]) == (day, day)


def test_what_a_killed_build_left_is_cleared_by_the_next(warehouse: Warehouse, dumps: Path):
    warehouse.create_folders()
    (warehouse.state / "extract" / ".unfinished-1").mkdir(parents=True)
    build_release(warehouse, dumps)
    assert list(warehouse.state.glob("*/.*")) == []


def test_a_warehouse_among_the_dumps_is_none_of_them(dumps: Path):
    warehouse = Warehouse(dumps / "made" / "warehouse")
    first = build_release(warehouse, dumps)
    assert build_release(warehouse, dumps, rehash=True).release_id == first.release_id
    assert all("warehouse" not in path for path in first.read("inputs")["path"])
