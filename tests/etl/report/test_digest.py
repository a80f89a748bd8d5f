from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest

from etl.report.digest import SinceUnreadableError, UndatedError, find_day, read_digest, render_html, render_markdown
from tests.etl.report.test_page import Page

if TYPE_CHECKING:
    from etl.load.reader import Release

LATEST = dt.date(2025, 11, 5)


def list_titles(release: Release, since: str, limit: int = 200) -> list[str]:
    digest = read_digest(release, since, limit=limit)
    return [paper["title"] for day in digest.days for group in day.groups for paper in group.papers]


def test_only_papers_first_listed_on_the_day_or_later_are_new(release: Release):
    assert list_titles(release, "2025-11-05") == ["Lamps_of [the] *deep*"]
    assert list_titles(release, "2025-11-06") == []
    assert list_titles(release, "2025-10-29") == ["Lamps_of [the] *deep*", "Quiet Graphs", "Tides", "Sparse Ladders"]


def test_days_back_end_at_the_latest_listed_day(release: Release):
    assert read_digest(release, "1d", limit=9).since == LATEST
    assert read_digest(release, "8d", limit=9).since == dt.date(2025, 10, 29)


def test_papers_stand_by_day_and_organisation_with_those_of_none_last(release: Release):
    digest = read_digest(release, "2025-10-29", limit=9)
    assert [(day.day, [group.organization for group in day.groups]) for day in digest.days] == [
        (LATEST, ["Lamp-Lab"]),
        (dt.date(2025, 10, 29), ["Quiet AI", "No organisation printed"]),
    ]
    assert [day.paper_count for day in digest.days] == [1, 3]
    assert digest.summary == (
        "4 papers listed for the first time from 2025-10-29 to 2025-11-05, on 2 days, of 2 organisations."
    )


def test_a_limit_shows_less_and_counts_all(release: Release):
    digest = read_digest(release, "2025-10-29", limit=2)
    assert list_titles(release, "2025-10-29", limit=2) == ["Lamps_of [the] *deep*", "Tides"]
    assert (digest.paper_count, digest.rest[:13]) == (4, "2 papers more")
    assert digest.rest in render_markdown(digest)
    assert digest.rest in render_html(digest)


@pytest.mark.parametrize("since", ["yesterday", "2025-13-01", "-7d", "d", "99999d", "", "'; DROP"])
def test_what_is_no_day_is_said_to_be_none(since: str):
    with pytest.raises(SinceUnreadableError, match="is no day: write it as 2025-10-01"):
        find_day(since, dt.date(1, 1, 5))


def test_nothing_can_be_counted_back_from_no_day():
    with pytest.raises(UndatedError, match="--page-on"):
        find_day("7d", None)


def test_markdown_shows_signs_as_they_are_and_links_to_code(release: Release):
    text = render_markdown(read_digest(release, "2025-10-29", limit=9))
    assert "**Lamps\\_of \\[the\\] \\*deep\\***" in text
    assert "<https://github.com/ladders/climb>" in text
    assert "## 2025-10-29: 3 new papers" in text


def test_the_letter_fetches_nothing_and_styles_every_element_by_itself(release: Release):
    text = render_html(read_digest(release, "2025-10-29", limit=9))
    page = Page(text)
    assert page.open == []
    assert not {tag for tag, _ in page.elements} & {"script", "style", "img", "link", "iframe"}
    links = [attrs["href"] for tag, attrs in page.elements if tag == "a"]
    assert links == ["https://github.com/ladders/climb"]
    assert "url(" not in text


@pytest.mark.parametrize("render", [render_html, render_markdown])
def test_hostile_texts_stay_texts(hostile: Release, render: object):
    text = render(read_digest(hostile, "2025-10-29", limit=9))
    assert "<script" not in text.replace("\\<script", "")
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", text)
    assert len(text) < 20_000


def test_a_release_without_papers_says_that_nothing_is_new(empty: Release):
    text = render_markdown(read_digest(empty, "2025-10-29", limit=9))
    assert "No paper was listed for the first time since 2025-10-29." in text
