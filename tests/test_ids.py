"""An id that was once published resolves as long as one of its dumps is among the inputs, whatever is merged later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from etl.load.warehouse import Warehouse
from etl.pipeline import build
from etl.runners.local import LocalRunner
from etl.stages.collect import InputOptions
from tests.etl.stages.dumps import LADDERS, MOSS, TIDES, make_card, make_page, write_dumps

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.reader import Release

pytestmark = pytest.mark.usefixtures("plain_report")

FOOTER = ("  • 3 authors", "Jul 10, 2023")
LONG = f"{LADDERS} {MOSS}"
REWRITTEN = f"{LONG[: -len(LONG) // 5]} {TIDES[: len(LONG) // 6]}"
FIRST = make_page("Oct 29", make_card("Deep Ladders Lean on Many Walls", REWRITTEN, *FOOTER))
SECOND = make_page("Oct 30", make_card("What Climbers Ought to Know", LONG, *FOOTER))
BRIDGE = make_page("Nov 3", make_card("Deep Ladders Lean on Many Walls", LONG, *FOOTER))


def build_pages(place: Path, **pages: str) -> Release:
    dumps = write_dumps(place / "dumps", **pages)
    return build(Warehouse(place / "warehouse"), InputOptions((dumps,)), runner=LocalRunner(1)).release


@pytest.fixture
def ids(tmp_path: Path) -> list[str]:
    """Build two papers that nothing joins yet."""
    papers = build_pages(tmp_path, first=FIRST, second=SECOND).read("papers")
    assert papers.height == 2
    return papers["paper_id"].to_list()


def resolve(release: Release, alias_id: str) -> str:
    return release.read("aliases").filter(pl.col("alias_id") == alias_id)["paper_id"].item()


def test_both_ids_of_papers_that_a_later_dump_merges_lead_to_the_one_paper(tmp_path: Path, ids: list[str]):
    release = build_pages(tmp_path, bridge=BRIDGE)
    (paper_id,) = release.read("papers")["paper_id"]
    assert [resolve(release, old) for old in ids] == [paper_id, paper_id]


def test_an_id_leads_to_its_own_paper_again_when_the_dump_that_merged_them_is_gone(tmp_path: Path, ids: list[str]):
    build_pages(tmp_path, bridge=BRIDGE)
    (tmp_path / "dumps" / "bridge.txt").unlink()
    release = build_pages(tmp_path)
    assert release.read("papers").height == 2
    assert [resolve(release, old) for old in ids] == ids
