"""What a change touches is made anew and put into the tables of the build before; nothing shows in them."""

from __future__ import annotations

import datetime as dt
import random
import re
import shutil
from typing import TYPE_CHECKING

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from etl.load.gates import InvariantBrokenError
from etl.load.manifest import MANIFEST_NAME
from etl.load.reader import open_release
from etl.load.tables import list_files, read_table
from etl.load.warehouse import Warehouse
from etl.pipeline import BuildReport, NoProgress, build
from etl.runners.local import LocalRunner
from etl.sample import write_sample
from etl.stages import amend, amend_facts, amend_identity, amend_papers, extract, parts, runs
from etl.stages.collect import InputOptions
from etl.stages.receipt import LOOKS_NAME, RECEIPT_NAME
from etl.stages.validated import TableInvalidError
from etl.transform import paper_tables
from schemas import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from _pytest.mark import ParameterSet

    from etl.load.release import Release

pytestmark = pytest.mark.usefixtures("plain_report")


def choose_thorough(*cases: str) -> list[ParameterSet]:
    """Leave cases to the exhaustive tests: each builds several times."""
    return [pytest.param(case, marks=pytest.mark.exhaustive) for case in cases]


@pytest.fixture
def dumps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write dumps that are cut into 4 ranges, and their papers into 32 parts."""
    monkeypatch.setattr(runs, "BUCKET_BYTES", 40_000)
    monkeypatch.setattr(parts, "PART_BYTES", 5_000)
    monkeypatch.setattr(amend, "_READ_BYTES", 20_000)
    monkeypatch.setattr(amend_identity, "PAIRS_AT_ONCE", 5)
    write_sample(tmp_path / "dumps", dumps=14, seed=4, cards_per_dump=10)
    return tmp_path / "dumps"


class Listener(NoProgress):
    """Progress that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def tell(self, sentence: str) -> None:
        self.told.append(sentence)


def report_build(root: Path, dumps: Path, progress: NoProgress | None = None, **options: object) -> BuildReport:
    return build(
        Warehouse(root),
        InputOptions((dumps,), **options),
        runner=LocalRunner(1),
        accept_break="a test",
        allow_shrink=True,
        progress=progress,
    )


def build_in(
    root: Path, dumps: Path, progress: NoProgress | None = None, **options: object
) -> tuple[Release, dict[str, Path], Mapping[str, int | str]]:
    """Build; gives the release, the folder of each stage's result, and the counts of identify."""
    warehouse = Warehouse(root)
    report = report_build(root, dumps, progress, **options)
    folders = {stage: receipt.open_folder(warehouse) for stage, receipt in report.receipts.items()}
    return report.release, folders, report.receipts["identify"].metrics


def count_compared(listener: Listener, counts: Mapping[str, int | str]) -> int:
    """Count the pairs that a build says it compared; it says nothing where these are all."""
    said = [found for one in listener.told if (found := re.match(r"(\d+) of (\d+) pairs were compared", one))]
    return int(said[0][1]) if said else int(counts["pairs"])


def list_parts(folder: Path, *tables: str) -> set[int]:
    return {path.stat().st_ino for table in tables for path in list_files(folder / table)}


def assert_same_tables(release: Release, other: Release) -> None:
    assert release.manifest["content_id"] == other.manifest["content_id"]
    for table in TABLES:
        assert release.read(table).equals(other.read(table)), table


def assert_same_build(one: BuildReport, other: BuildReport) -> None:
    """Compare what was built, and what is told of it; releases whose tables lie in other files say the same changes."""
    for table in TABLES:
        assert_frame_equal(one.release.read(table), other.release.read(table), check_exact=True)
    assert one.release.release_id == other.release.release_id
    for stage, receipt in one.receipts.items():
        told = ({**one.metrics, "buckets": 0, "finest": 0} for one in (receipt, other.receipts[stage]))
        assert next(told) == next(told), stage


def add_dump(dumps: Path, seed: int = 9, cards: int = 3) -> Path:
    write_sample(dumps / f"more {seed}", dumps=1, seed=seed, cards_per_dump=cards)
    (page,) = (dumps / f"more {seed}").glob("page-*.txt")
    return page


def test_a_new_dump_and_one_that_is_gone_cost_only_what_they_touch(dumps: Path, tmp_path: Path):
    first, one, counts = build_in(tmp_path / "work", dumps)
    page = add_dump(dumps)
    listener = Listener()
    second, two, more = build_in(tmp_path / "work", dumps, listener)
    for stage, tables in {"extract": ("spans", "dumps"), "resolve": ("papers", "listings", "aliases")}.items():
        for table in tables:
            before, after = (list_parts(folders[stage], table) for folders in (one, two))
            assert 1 <= len(after - before) <= 3, table
            assert len(after) >= 4, table
    assert 0 < count_compared(listener, more) == more["pairs"] - counts["pairs"]
    assert_same_tables(second, build_in(tmp_path / "fresh", dumps)[0])
    page.unlink()
    third, three, _ = build_in(tmp_path / "work", dumps)
    assert three == one
    assert third.release_id == first.release_id


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(1, 6))])
def test_any_way_of_dumps_ends_like_one_build(dumps: Path, tmp_path: Path, seed: int):
    """The first dumps go and come back: all of them together, or a few, with what is given of their days."""
    chance = random.Random(seed)  # noqa: S311 - the same ways each time
    pages = sorted(dumps.glob("*.txt"))
    aside = tmp_path / "aside"
    aside.mkdir()
    for _ in range(4):
        for page in chance.sample(pages, chance.randint(1, 3)):
            here = dumps / page.name
            here.rename(aside / page.name) if here.exists() else (aside / page.name).rename(here)
        given = [page for page in sorted(dumps.glob("*.txt")) if chance.random() < 0.2]
        days = {page.name: dt.date(2026, 1, chance.randint(1, 28)) for page in given}
        amended = report_build(tmp_path / "work", dumps, page_days=days)
        assert_same_build(amended, report_build(tmp_path / f"fresh {chance.random()}", dumps, page_days=days))


@pytest.mark.parametrize("limit", ["AMENDED_BYTES", "AMENDED_CARDS"])
def test_what_is_too_much_is_made_as_if_for_the_first_time(
    dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
):
    _, one, _ = build_in(tmp_path / "work", dumps)
    add_dump(dumps)
    for module in (amend_facts, amend_papers, extract):
        monkeypatch.setattr(module, limit, 0, raising=False)
    report = report_build(tmp_path / "work", dumps)
    folder = report.receipts["resolve"].open_folder(Warehouse(tmp_path / "work"))
    assert list_parts(folder, "papers").isdisjoint(list_parts(one["resolve"], "papers"))
    assert_same_build(report, report_build(tmp_path / "fresh", dumps))


def test_the_changes_of_a_release_are_those_of_one_that_was_made_anew(
    dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """One warehouse amends, so most of its files stay; the other makes all of them again, in ranges of another size."""
    for place in ("amended", "anew"):
        build_in(tmp_path / place, dumps)
    add_dump(dumps, cards=8)
    sorted(dumps.glob("*.txt"))[2].unlink()
    changes = [build_in(tmp_path / "amended", dumps)[0].manifest["changes"]]
    monkeypatch.setattr(extract, "AMENDED_BYTES", 0)
    monkeypatch.setattr(parts, "PART_BYTES", 40_000)
    changes.append(build_in(tmp_path / "anew", dumps)[0].manifest["changes"])
    assert changes[0] == changes[1]
    assert changes[0]["tables"]["papers"]["added"] > 0 < changes[0]["tables"]["papers"]["removed"]


def test_a_stage_that_errs_is_caught_where_it_amends(dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    first, *_ = build_in(tmp_path / "work", dumps)
    honest = paper_tables.make_papers
    monkeypatch.setattr(
        paper_tables, "make_papers", lambda rows: honest(rows).with_columns(pl.col("listing_count") + 1)
    )
    add_dump(dumps)
    with pytest.raises(InvariantBrokenError, match="papers_listing_count"):
        build_in(tmp_path / "work", dumps)
    assert open_release(Warehouse(tmp_path / "work")).release_id == first.release_id


def test_a_decision_costs_only_the_ranges_of_its_papers(dumps: Path, tmp_path: Path):
    first, one, counts = build_in(tmp_path / "work", dumps)
    left, right = first.read("papers")["paper_id"].to_list()[3:5]
    decisions = tmp_path / "decisions.csv"
    decisions.write_text(f"left,right,verdict,why,by,decided_on\n{left},{right},same,a test,me,2026-01-01\n", "utf-8")
    listener = Listener()
    second, two, more = build_in(tmp_path / "work", dumps, listener, decisions=decisions)
    assert second.read("papers").height == first.read("papers").height - 1
    assert count_compared(listener, more) == 1 < counts["pairs"]  # the decided pair itself
    parts = [list_parts(folders["resolve"], "papers") for folders in (one, two)]
    assert 1 <= len(parts[1] - parts[0]) <= 2
    assert_same_tables(second, build_in(tmp_path / "fresh", dumps, decisions=decisions)[0])


def test_a_page_that_gets_another_day_costs_only_the_ranges_of_its_papers(dumps: Path, tmp_path: Path):
    first, one, _ = build_in(tmp_path / "work", dumps)
    page = (
        first.read("pages")
        .filter(pl.col("page_on").is_null())
        .join(first.read("inputs"), on="dump_id")
        .row(0, named=True)
    )
    header = dt.datetime.strptime(f"{page['header_date_line']} 2028", "%b %d %Y")  # noqa: DTZ007 - a day has no zone
    days = {page["path"]: header.date()}
    second, two, _ = build_in(tmp_path / "work", dumps, page_days=days)
    assert not second.read("pages").equals(first.read("pages"))
    parts = [list_parts(folders["resolve"], "papers") for folders in (one, two)]
    assert 0 < len(parts[1] - parts[0]) < len(parts[1])
    assert_same_tables(second, build_in(tmp_path / "fresh", dumps, page_days=days)[0])


def test_tables_that_are_cut_in_another_way_are_not_amended(
    dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """How tables are cut hangs on what was built before; a result may outlive the one that its cut came from."""
    _, one, _ = build_in(tmp_path / "work", dumps)
    shutil.rmtree(one["extract"].parent)
    monkeypatch.setattr(parts, "PART_BYTES", 20_000)
    (tmp_path / "work" / "state" / "published.json").unlink()
    build_in(tmp_path / "work", dumps)
    add_dump(dumps)
    second, two, _ = build_in(tmp_path / "work", dumps)
    assert len(list_parts(two["resolve"], "papers")) < len(list_parts(one["resolve"], "papers"))
    assert_same_tables(second, build_in(tmp_path / "fresh", dumps)[0])


def test_what_an_edited_manifest_says_of_the_release_before_is_not_taken_over(dumps: Path, tmp_path: Path):
    first, *_ = build_in(tmp_path / "work", dumps)
    path = first.path / MANIFEST_NAME
    text = path.read_text("utf-8")
    digest = next(iter(first.manifest["tables"]["papers"]["partition_hashes"].values()))
    path.chmod(0o644)
    path.write_text(text.replace(digest, digest[::-1]), "utf-8")
    add_dump(dumps)
    second, *_ = build_in(tmp_path / "work", dumps)
    assert_same_tables(second, build_in(tmp_path / "fresh", dumps)[0])


def test_a_build_goes_on_from_the_last_that_was_finished(dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A build that ended after extraction leaves a result that is nearer, but of which no papers were made."""
    _, one, _ = build_in(tmp_path / "work", dumps)
    add_dump(dumps)
    with monkeypatch.context() as patch:
        patch.setattr("etl.pipeline.find_papers", interrupt)
        with pytest.raises(KeyboardInterrupt):
            build_in(tmp_path / "work", dumps)
    add_dump(dumps, 10)
    second, two, _ = build_in(tmp_path / "work", dumps)
    papers = [list_parts(folders["resolve"], "papers") for folders in (one, two)]
    assert not papers[0].isdisjoint(papers[1])
    assert_same_tables(second, build_in(tmp_path / "fresh", dumps)[0])


def interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_result_with_a_bad_row_is_not_amended(dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patch:
        patch.setattr(paper_tables, "find_links", spoil_kinds(paper_tables.find_links))
        with pytest.raises(TableInvalidError, match="table links"):
            build_in(tmp_path / "work", dumps)
    add_dump(dumps)
    second, *_ = build_in(tmp_path / "work", dumps)
    assert_same_tables(second, build_in(tmp_path / "fresh", dumps)[0])


def spoil_kinds(honest: Callable[[pl.DataFrame], pl.DataFrame]) -> Callable[[pl.DataFrame], pl.DataFrame]:
    return lambda papers: honest(papers).with_columns(pl.lit("bad").alias("kind"))


@pytest.mark.parametrize(
    "how", [*choose_thorough("no looks", "looks cut", "looks of another file"), "other code", "a file more"]
)
def test_what_is_no_longer_sure_is_made_anew(dumps: Path, tmp_path: Path, how: str):
    _, one, _ = build_in(tmp_path / "work", dumps)
    looks, receipt = one["extract"] / LOOKS_NAME, one["extract"] / RECEIPT_NAME
    text = looks.read_text("utf-8")
    if how == "no looks":
        looks.unlink()
    elif how == "looks cut":
        looks.write_text(text[:-9], "utf-8")
    elif how == "looks of another file":
        looks.write_text(text.replace("[", "[1", 1), "utf-8")
    elif how == "other code":
        receipt.write_text(receipt.read_text("utf-8").replace('"code": "', '"code": "0'), "utf-8")
    else:
        (one["extract"] / "spans" / "part-00099.parquet").write_bytes(b"")
    add_dump(dumps)
    second, two, _ = build_in(tmp_path / "work", dumps)
    parts = [list_parts(folders["resolve"], "papers") for folders in (one, two)]
    assert parts[1].isdisjoint(parts[0])
    assert_same_tables(second, build_in(tmp_path / "fresh", dumps)[0])


@pytest.mark.parametrize("how", ["another bit", *choose_thorough("cut", "empty", "gone", "folder gone")])
def test_damaged_verdicts_are_not_believed(dumps: Path, tmp_path: Path, how: str):
    _, one, _ = build_in(tmp_path / "work", dumps)
    judged = one["identify"] / "judged"
    for path in sorted(judged.glob("*.arrow")):
        raw = path.read_bytes()
        changed = {"another bit": raw[:-9] + bytes([raw[-9] ^ 1]) + raw[-8:], "cut": raw[:-9], "empty": b""}
        if how in changed:
            path.write_bytes(changed[how])
        else:
            path.unlink()
    if how == "folder gone":
        shutil.rmtree(judged)
    add_dump(dumps)
    listener = Listener()
    second, _, counts = build_in(tmp_path / "work", dumps, listener)
    assert count_compared(listener, counts) == counts["pairs"] > 0
    assert_same_tables(second, build_in(tmp_path / "fresh", dumps)[0])


def test_a_damaged_range_is_not_taken_again(dumps: Path, tmp_path: Path):
    release, *_ = build_in(tmp_path / "work", dumps)
    path = release.list_files("papers")[3]
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.seek(60)
        file.write(b"damaged")
    add_dump(dumps)
    second, two, _ = build_in(tmp_path / "work", dumps)
    assert read_table(two["resolve"], "papers").equals(second.read("papers"))
    assert_same_tables(second, build_in(tmp_path / "fresh", dumps)[0])


def test_a_build_says_what_it_makes_anew(dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    first, second, third = Listener(), Listener(), Listener()
    build_in(tmp_path / "work", dumps, first)
    assert first.told == []
    add_dump(dumps)
    counts = build_in(tmp_path / "work", dumps, second)[2]
    assert second.told[:2] == [
        "1 of 15 dumps are extracted, the others were before.",
        f"{count_compared(second, counts)} of {counts['pairs']} pairs were compared, the others were before.",
    ]
    assert re.fullmatch(r"\d+ of 103 papers were made, the others were before[.]", second.told[2])
    for place in ("receipt", "units"):
        monkeypatch.setattr(f"etl.stages.{place}.fingerprint_code", lambda: "0" * 32)
    build_in(tmp_path / "work", dumps, third)
    assert third.told == ["All 15 dumps are extracted, since the code or a library has changed."]
