from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from etl.load.tables import read_table
from etl.stages.date import read_page_dates
from schemas import TABLES
from schemas.validation import find_failures
from tests.etl.stages.dumps import LAMPS, MARCH, NOVEMBER, OCTOBER, TIDES, make_card, make_page, write_dumps

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.warehouse import Warehouse
    from tests.etl.stages.conftest import RunStages

WORDS = ("oak", "ash", "elm", "fir", "yew", "box", "bay", "fig", "gum", "ivy")
DAYS = ["header_date_line", "page_on", "page_year_basis"]


def test_a_given_day_dates_its_page_and_its_year_less_cards(run_stages: RunStages, warehouse: Warehouse, dumps: Path):
    receipts = run_stages(dumps, page_days={"october.txt": dt.date(2025, 10, 29)})
    pages = read_table(receipts["date"].open_folder(warehouse), "pages")
    assert sorted(pages.select(DAYS).rows()) == [("Nov 5", None, None), ("Oct 29", dt.date(2025, 10, 29), "given")]
    listings = read_table(receipts["resolve"].open_folder(warehouse), "listings").filter(title="Slow Tides")
    assert listings.select("published_on", "published_year_basis").row(0) == (dt.date(2025, 10, 27), "given")
    assert receipts["date"].metrics["given_page_years"] == 1


def test_without_a_given_day_little_evidence_leaves_the_year_open(
    run_stages: RunStages, warehouse: Warehouse, dumps: Path
):
    receipts = run_stages(dumps)
    metrics = receipts["date"].metrics
    assert (metrics["pages"], metrics["unknown_page_years"], metrics["broken_rules"]) == (2, 2, 0)
    pages = read_table(receipts["date"].open_folder(warehouse), "pages")
    assert dict(pages.select("header_date_line", "page_not_before_on").rows()) == {
        "Nov 5": dt.date(2025, 11, 5),
        "Oct 29": dt.date(2025, 10, 29),  # by a twin, it lists a paper of November 2024
    }


def test_the_days_of_two_copies_of_a_dump_are_both_heard(run_stages: RunStages, warehouse: Warehouse, tmp_path: Path):
    folder = write_dumps(tmp_path / "dumps", a=OCTOBER, b=OCTOBER)
    days = {"a.txt": dt.date(2025, 10, 29), "b.txt": dt.date(2024, 10, 29)}
    pages = read_table(run_stages(folder, page_days=days)["date"].open_folder(warehouse), "pages")
    assert pages["page_on"].to_list() == [None]
    assert "contradiction: undecided" in pages["year_evidence"].to_list()[0]


def test_a_day_in_a_files_name_may_be_a_few_days_after_the_headers(
    run_stages: RunStages, warehouse: Warehouse, tmp_path: Path
):
    folder = write_dumps(tmp_path / "dumps", **{"2025-10-31": OCTOBER})
    receipts = run_stages(folder, page_days_from_names=True)
    pages = read_table(receipts["date"].open_folder(warehouse), "pages")
    assert pages.select(DAYS).rows() == [("Oct 29", dt.date(2025, 10, 29), "given")]


def test_a_copy_with_other_line_ends_is_no_further_evidence(
    run_stages: RunStages, warehouse: Warehouse, tmp_path: Path
):
    cards = [make_card(f"Paper {word}", f"{word} {TIDES}", "  • 3 authors", "Jul 10, 2024") for word in WORDS]
    page = make_page("Oct 29", *cards, *(make_card(f"New {day}", LAMPS, f"Oct {day}") for day in (23, 24, 27))) + "\n"
    copies = {"a": page, "b": page.replace("\n", "\r\n"), "c": f"{page}\n", "d": f"{page}\n{page}"}
    receipts = run_stages(write_dumps(tmp_path / "dumps", **copies))
    pages = read_table(receipts["date"].open_folder(warehouse), "pages")
    assert pages.height == 5
    assert pages["page_on"].null_count() == 5
    odds = {text for texts in pages["year_evidence"] for text in texts if text.startswith("undecided")}
    assert odds == {"undecided: odds 41:1 for 2025, below 99:1"}


def test_every_page_has_its_row_and_its_counts(run_stages: RunStages, warehouse: Warehouse, tmp_path: Path):
    folder = write_dumps(tmp_path / "dumps", two=f"{OCTOBER}\n\n{MARCH}", none=make_page("Feb 1"))
    receipts = run_stages(folder)
    pages = read_table(receipts["date"].open_folder(warehouse), "pages")
    assert sorted(pages.select("header_date_line", "page_number", "listing_count").rows()) == [
        ("Feb 1", 0, 0),
        ("Mar 11", 1, 1),
        ("Oct 29", 0, 3),
    ]
    assert find_failures(pages, TABLES["pages"]).is_empty()
    assert read_page_dates(receipts["date"].open_folder(warehouse)).height == pages.height


def test_a_header_of_a_wild_year_does_not_stop_the_build(run_stages: RunStages, warehouse: Warehouse, tmp_path: Path):
    wild = {f"y{year}": OCTOBER.replace("Oct 29", f"Oct 29, {year}") for year in ("0000", "0001", "1850", "9999")}
    receipts = run_stages(write_dumps(tmp_path / "dumps", good=NOVEMBER, **wild))
    assert receipts["date"].metrics["broken_rules"] == receipts["resolve"].metrics["broken_rules"] == 0
    assert read_table(receipts["resolve"].open_folder(warehouse), "listings").height == 14
