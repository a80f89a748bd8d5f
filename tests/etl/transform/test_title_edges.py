from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.title_edges import breaks_off, strip_notes


@pytest.mark.parametrize(
    "title",
    [
        "Deep Ladders (ICLR 2025)",
        "Deep Ladders [NeurIPS'24 Oral]",
        "Deep Ladders (CVPR-2024, Highlight)",
        "Deep Ladders (Accepted at ACL Findings 2023)",
        "Deep Ladders (ICML 2025) [Oral]",
        "Deep Ladders [pdf]",
        "[2401.12345] Deep Ladders",
        "[arXiv:2401.12345v2]: Deep Ladders",
        "(ICLR 2025) Deep Ladders",
        "  Deep Ladders (arXiv 2401.12345)  ",
    ],
)
def test_venues_and_ids_in_brackets_are_no_part_of_a_title(title: str):
    assert strip_notes(title) == "Deep Ladders"


@pytest.mark.parametrize(
    "title",
    [
        "Deep Ladders (Part 2)",
        "Deep Ladders (Part 2024)",
        "Deep Ladders (January 2024)",
        "Deep Ladders (2024)",
        "Deep Ladders (v2)",
        "Deep Ladders (7B)",
        "Deep Ladders ICLR 2025",
        "Deep (ICLR 2025) Ladders",
        "[ICLR 2025]",
        "Deep Ladders (" + "a" * 80 + " 2024)",
    ],
)
def test_what_tells_papers_apart_stays(title: str):
    assert strip_notes(title) == title


@pytest.mark.parametrize(("title", "is_cut"), [("Deep Lad\u2026", True), ("Deep ... ", True), ("Deep ... Lad.", False)])
def test_a_title_breaks_off_at_an_ellipsis(title: str, is_cut: bool):  # noqa: FBT001
    assert breaks_off(title) is is_cut


@given(st.text("ab2 ([])'", max_size=40))
def test_a_title_is_never_empty_without_its_notes(title: str):
    assert bool(strip_notes(title)) == bool(title)
