"""Ranges whose rows are the same again are linked, all others made anew; nothing shows in the tables."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.load.tables import list_files, read_table
from etl.load.warehouse import Warehouse
from etl.pipeline import NoProgress, build
from etl.runners.local import LocalRunner
from etl.sample import write_sample
from etl.stages import runs
from etl.stages.collect import InputOptions
from etl.stages.made import MADE_NAME, hash_all
from schemas import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from etl.load.release import Release

pytestmark = pytest.mark.usefixtures("plain_report")

VALUES: dict[Any, st.SearchStrategy[Any]] = {
    pl.String: st.text(max_size=200),
    pl.Int32: st.integers(-(2**31), 2**31 - 1),
    pl.Int8: st.integers(-128, 127),
    pl.Date: st.dates(dt.date(1990, 1, 1), dt.date(2040, 1, 1)),
    pl.Boolean: st.booleans(),
    pl.List(pl.String): st.lists(st.text(max_size=9), max_size=3),
}


@given(st.data())
def test_a_hash_knows_each_value_and_no_order(data: st.DataObject):
    rows = data.draw(st.lists(st.tuples(*(st.none() | one for one in VALUES.values())), min_size=1, max_size=6))
    frame = pl.DataFrame(rows, schema={str(place): kind for place, kind in enumerate(VALUES)}, orient="row")
    turned = frame[data.draw(st.permutations(range(frame.height)))]
    assert hash_all({"a": turned, "b": frame}) == hash_all({"b": frame, "a": frame})
    row, column = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(0, len(VALUES) - 1))
    value = data.draw(st.none() | [*VALUES.values()][column])
    changed = [list(one) for one in rows]
    changed[row][column] = value
    other = pl.DataFrame(changed, schema=frame.schema, orient="row")
    assert (hash_all({"a": other}) == hash_all({"a": frame})) == (
        sorted(map(repr, other.rows())) == sorted(map(repr, frame.rows()))
    )


def test_a_hash_knows_names_types_and_which_frame_has_a_row():
    frames = [
        {"a": pl.DataFrame({"x": [1]}), "b": pl.DataFrame({"x": pl.Series([], dtype=pl.Int64)})},
        {"a": pl.DataFrame({"x": pl.Series([], dtype=pl.Int64)}), "b": pl.DataFrame({"x": [1]})},
        {"a": pl.DataFrame({"y": [1]}), "b": pl.DataFrame({"x": pl.Series([], dtype=pl.Int64)})},
        {"a": pl.DataFrame({"x": [1]}, schema={"x": pl.Int32}), "b": pl.DataFrame({"x": [2]})},
        {"a": pl.DataFrame({"x": [1, 1]}), "b": pl.DataFrame({"x": pl.Series([], dtype=pl.Int64)})},
    ]
    assert len({hash_all(some) for some in frames}) == len(frames)


@pytest.fixture
def dumps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write dumps that are cut into 8 ranges."""
    monkeypatch.setattr(runs, "BUCKET_BYTES", 40_000)
    write_sample(tmp_path / "dumps", dumps=14, seed=4, cards_per_dump=10)
    return tmp_path / "dumps"


class Listener(NoProgress):
    """Progress that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def tell(self, sentence: str) -> None:
        self.told.append(sentence)


def build_in(
    root: Path, dumps: Path, progress: NoProgress | None = None, **options: object
) -> tuple[Release, dict[str, Path], Mapping[str, int | str]]:
    """Build; gives the release, the folder of each stage's result, and the counts of identify."""
    warehouse = Warehouse(root)
    report = build(
        warehouse,
        InputOptions((dumps,), **options),
        runner=LocalRunner(1),
        accept_break="a test",
        progress=progress,
    )
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


def test_a_new_dump_and_one_that_is_gone_cost_only_their_ranges(dumps: Path, tmp_path: Path):
    first, one, counts = build_in(tmp_path / "work", dumps)
    write_sample(dumps / "more", dumps=1, seed=9, cards_per_dump=3)
    listener = Listener()
    second, two, more = build_in(tmp_path / "work", dumps, listener)
    spans = [list_parts(folders["extract"], "spans", "dumps", "quarantine") for folders in (one, two)]
    assert len(spans[1] - spans[0]) == 3
    papers = [list_parts(folders["resolve"], "papers", "aliases", "links") for folders in (one, two)]
    assert 0 < len(papers[1] - papers[0]) < len(papers[1])
    assert 0 < count_compared(listener, more) == more["pairs"] - counts["pairs"]
    assert_same_tables(second, build_in(tmp_path / "fresh", dumps)[0])
    (page,) = (dumps / "more").glob("page-*.txt")
    page.unlink()
    third, three, _ = build_in(tmp_path / "work", dumps)
    assert three == one
    assert third.release_id == first.release_id


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


@pytest.mark.parametrize("how", ["cut", "other rows", "other code"])
def test_what_is_no_longer_sure_is_made_anew(dumps: Path, tmp_path: Path, how: str):
    _, one, _ = build_in(tmp_path / "work", dumps)
    for note in one["resolve"].glob(f"{MADE_NAME}/papers-*/note.json"):
        if how != "other code":
            note.write_text({"cut": '{"seen": "', "other rows": '{"seen": "0", "receipt": {}}'}[how], "utf-8")
    if how == "other code":
        receipt = one["resolve"] / "receipt.json"
        receipt.write_text(receipt.read_text("utf-8").replace('"code": "', '"code": "0'), "utf-8")
    write_sample(dumps / "more", dumps=1, seed=9, cards_per_dump=3)
    second, two, _ = build_in(tmp_path / "work", dumps)
    parts = [list_parts(folders["resolve"], "papers") for folders in (one, two)]
    assert parts[1].isdisjoint(parts[0])
    assert_same_tables(second, build_in(tmp_path / "fresh", dumps)[0])


@pytest.mark.parametrize("how", ["another bit", "cut", "empty", "gone", "folder gone"])
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
    write_sample(dumps / "more", dumps=1, seed=9, cards_per_dump=3)
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
    write_sample(dumps / "more", dumps=1, seed=9, cards_per_dump=3)
    second, two, _ = build_in(tmp_path / "work", dumps)
    assert read_table(two["resolve"], "papers").equals(second.read("papers"))
    assert_same_tables(second, build_in(tmp_path / "fresh", dumps)[0])


def test_a_build_says_what_it_makes_anew(dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    first, second, third = Listener(), Listener(), Listener()
    build_in(tmp_path / "work", dumps, first)
    assert first.told == []
    write_sample(dumps / "more", dumps=1, seed=9, cards_per_dump=3)
    counts = build_in(tmp_path / "work", dumps, second)[2]
    assert second.told[:2] == [
        "1 of 15 dumps are extracted, the others were before.",
        f"{count_compared(second, counts)} of {counts['pairs']} pairs were compared, the others were before.",
    ]
    assert re.fullmatch(r"\d+ of 16 ranges of tables were made, the others were before[.]", second.told[2])
    for place in ("receipt", "units"):
        monkeypatch.setattr(f"etl.stages.{place}.fingerprint_code", lambda: "0" * 32)
    build_in(tmp_path / "work", dumps, third)
    assert third.told == ["All 15 dumps are extracted, since the code or a library has changed."]
