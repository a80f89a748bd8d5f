from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from etl.extract.clean import read_clean_dumps
from etl.extract.files import InputUnreadableError
from etl.extract.parse import identify_dump
from etl.stages import work_unit
from etl.stages.units import Unit, name_unit
from etl.stages.work_unit import (
    UNIT_RUNS,
    UNIT_TABLES,
    DumpChangedError,
    UnitSpec,
    extract_unit,
    make_unit_tables,
)
from etl.transform.cards import CARD_SCHEMA
from schemas import TABLES
from schemas.printed import MAX_QUARANTINE_TEXT_BYTES
from schemas.validation import find_failures
from tests.etl.stages.dumps import NO_PAGE, NOVEMBER, OCTOBER, OLD_YEAR, ZERO_AUTHORS, make_page, write_dumps
from tests.etl.transform.frames import fewer_examples

if TYPE_CHECKING:
    from pathlib import Path


def make_tables(*texts: str | bytes) -> dict[str, pl.DataFrame]:
    raws = [text if isinstance(text, bytes) else text.encode() for text in texts]
    tables = make_unit_tables({identify_dump(raw): raw for raw in raws})
    assert tuple(tables) == UNIT_TABLES
    return tables


def list_pieces(tables: dict[str, pl.DataFrame], dump_id: str) -> list[tuple[int, int]]:
    columns = ["byte_start", "byte_end"]
    pieces = pl.concat(
        [tables[name].filter(dump_id=dump_id).select(columns) for name in ("cards", "spans", "quarantine")]
    )
    return sorted(pieces.rows())


def is_tiled(tables: dict[str, pl.DataFrame], raw: bytes) -> bool:
    pieces = list_pieces(tables, identify_dump(raw))
    edges = [0, *(end for _, end in pieces)]
    return [start for start, _ in pieces] == edges[:-1] and edges[-1] == len(raw)


def test_a_good_page_becomes_cards_spans_and_a_closed_ledger():
    tables = make_tables(OCTOBER)
    assert dict(tables["cards"].schema) == CARD_SCHEMA
    assert tables["cards"]["title"].to_list()[1:] == ["Slow Tides", "Street Lamps Considered Harmful to Moths"]
    assert tables["quarantine"].is_empty()
    assert tables["pages"].select("layout", "header_date_line", "listing_count", "quarantine_count").rows() == [
        ("daily_papers", "Oct 29", 3, 0)
    ]
    dump = tables["dumps"].row(0, named=True)
    assert (dump["status"], dump["listing_count"], dump["byte_count"]) == ("read", 3, len(OCTOBER.encode()))
    assert dump["listing_bytes"] + dump["chrome_bytes"] + dump["blank_bytes"] == dump["byte_count"]
    assert is_tiled(tables, OCTOBER.encode())


@pytest.mark.parametrize(
    ("card", "rule"),
    [
        (ZERO_AUTHORS, "author_count: greater_than_or_equal_to(1) = 0"),
        (OLD_YEAR, "published_on: in_range(1900-01-01, 2199-12-31) = 1850-07-10"),
    ],
    ids=["no authors", "the year 1850"],
)
def test_a_card_that_breaks_a_rule_moves_to_quarantine_with_the_rule(card: str, rule: str):
    page = f"{OCTOBER}\n\n{card}\n"
    tables = make_tables(page)
    quarantined = tables["quarantine"].row(0, named=True)
    assert (quarantined["reason"], quarantined["detail"], quarantined["text"]) == ("rule_failed", rule, card)
    assert tables["cards"]["position"].to_list() == [0, 1, 2]
    assert tables["pages"].select("listing_count", "quarantine_count").rows() == [(3, 1)]
    dump = tables["dumps"].row(0, named=True)
    assert (dump["listing_count"], dump["quarantine_count"], dump["quarantine_bytes"]) == (3, 1, len(card.encode()))
    assert is_tiled(tables, page.encode())


def test_a_rejected_card_leaves_a_gap_in_the_positions():
    tables = make_tables(make_page("Oct 29", ZERO_AUTHORS, OLD_YEAR.replace("1850", "2024")))
    assert tables["cards"]["position"].to_list() == [1]


def test_a_rejected_dump_is_one_quarantined_span():
    tables = make_tables(NO_PAGE, OCTOBER)
    assert tables["quarantine"].select("byte_start", "byte_end", "reason", "text").rows() == [
        (0, len(NO_PAGE), "dump_rejected", NO_PAGE)
    ]
    assert sorted(tables["dumps"].select("status", "reason").rows(), key=str) == [
        ("read", None),
        ("rejected", "layout_unknown"),
    ]


def test_a_quarantined_text_is_cut_at_its_limit_and_says_so():
    long = "x" * MAX_QUARANTINE_TEXT_BYTES
    whole, cut, torn = (make_tables(raw)["quarantine"].row(0, named=True) for raw in (long, f"{long}x", f"{long[1:]}é"))
    assert (whole["text"], whole["text_is_truncated"]) == (long, False)
    assert (cut["text"], cut["text_is_truncated"]) == (long, True)
    assert torn["text_is_truncated"]
    assert len(torn["text"].encode()) <= MAX_QUARANTINE_TEXT_BYTES


def test_an_empty_dump_has_no_rows_but_its_own():
    tables = make_tables("")
    assert {name: rows.height for name, rows in tables.items()} == {name: int(name == "dumps") for name in UNIT_TABLES}
    assert tables["dumps"]["status"].to_list() == ["empty"]


def test_no_dumps_give_empty_tables():
    assert all(rows.is_empty() for rows in make_tables().values())


def test_no_order_of_dumps_changes_the_tables():
    for left, right in zip(
        make_tables(OCTOBER, NOVEMBER, NO_PAGE).values(), make_tables(NO_PAGE, NOVEMBER, OCTOBER).values(), strict=True
    ):
        assert_frame_equal(left, right)


def spec_of(folder: Path, **dumps: Path) -> UnitSpec:
    entries = tuple((identify_dump(path.read_bytes()), bytes(path), name) for name, path in dumps.items())
    return UnitSpec(str(folder), entries)


def test_a_unit_writes_its_tables_and_does_so_again_alike(tmp_path: Path):
    dumps = write_dumps(tmp_path / "dumps", a=OCTOBER)
    spec = spec_of(tmp_path / "units", a=dumps / "a.txt")
    receipts, contents = [], []
    for _ in range(2):
        receipts.append(extract_unit(spec))
        contents.append({path: path.read_bytes() for path in sorted((tmp_path / "units").rglob("*.arrow"))})
    dump_ids = (identify_dump(OCTOBER.encode()),)
    assert receipts == [Unit(name_unit(dump_ids), dump_ids, len(OCTOBER.encode()), 3)] * 2
    assert [path.stem for path in contents[0]] == sorted(UNIT_RUNS)
    assert contents[0] == contents[1]


def test_a_dump_that_changed_since_it_was_collected_is_an_error_that_names_it(tmp_path: Path):
    dumps = write_dumps(tmp_path / "dumps", a=OCTOBER)
    spec = spec_of(tmp_path / "units", **{"pages/a.txt": dumps / "a.txt"})
    (dumps / "a.txt").write_text(NOVEMBER)
    with pytest.raises(
        DumpChangedError, match=r"^pages/a\.txt: the file changed during the build; start the build again"
    ):
        extract_unit(spec)


def test_a_dump_that_is_gone_since_it_was_collected_is_an_error_that_names_it(tmp_path: Path):
    dumps = write_dumps(tmp_path / "dumps", a=OCTOBER)
    spec = spec_of(tmp_path / "units", a=dumps / "a.txt")
    (dumps / "a.txt").unlink()
    with pytest.raises(InputUnreadableError, match=r"^a: no such file"):
        extract_unit(spec)


days = st.one_of(
    st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)).map(lambda day: f"{day:%b} {day.day}, {day.year:04}"),
    st.sampled_from(
        ("Jul 3, 0000", "Feb 30", "Sep 30 2024", "14 days ago", "Oct 27", "Oct 27 1.2k", "Oct 27 99999999999")
    ),
)
footers = st.tuples(
    st.sampled_from(("  • 0 authors", "  • 3 authors", "  • 9999999999 authors", "lab The Lab", "lab")), days
)


@fewer_examples
@given(st.lists(footers, max_size=5), st.sampled_from(("Oct 29", "Oct 29, 0000", "Oct 29, 1850", "Feb 29")))
def test_whatever_a_footer_says_no_row_breaks_a_rule_and_every_byte_has_a_role(
    drawn: list[tuple[str, str]], header: str
):
    cards = [ZERO_AUTHORS.replace("  • 0 authors\n·\nOct 27, 2024", "\n·\n".join(footer)) for footer in drawn]
    raw = make_page(header, *cards).encode()
    tables = make_tables(raw)
    assert is_tiled(tables, raw)
    assert tables["cards"].height + tables["quarantine"].height == len(cards)
    for name in ("dumps", "spans", "quarantine"):
        assert find_failures(tables[name], TABLES[name]).is_empty(), name


def test_the_fast_path_changes_no_table(monkeypatch: pytest.MonkeyPatch):
    pages = [OCTOBER, NOVEMBER, make_page("Nov 5", ZERO_AUTHORS, OLD_YEAR), NO_PAGE]
    fast = make_tables(*pages)
    monkeypatch.setattr(work_unit, "read_clean_dumps", lambda _: read_clean_dumps({}))
    for name, table in make_tables(*pages).items():
        assert_frame_equal(table, fast[name])
