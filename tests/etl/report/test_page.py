from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from etl.load.sql_files import list_sql_files
from etl.report import page
from etl.report.page import render_report
from schemas import TABLES
from tests.etl.report.conftest import HOSTILE_TEXT, HOSTILE_TITLES

if TYPE_CHECKING:
    from etl.load.reader import Release

ROOT = Path(__file__).resolve().parents[3]
VOID = {"br", "img", "link", "meta"}


class Page(HTMLParser):
    """A page as a browser would take it apart: its elements, their text, and the elements that were never closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def text(release: Release) -> str:
    return render_report(release)


def test_the_report_says_what_came_in_and_what_became_of_it(text: str):
    page = Page(text)
    for sentence in (
        "4 papers from 7 listings in 5 dumps",
        "The pages are of 29 October 2025 to 5 November 2025.",
        "Sparse Ladders",
        "1,200 comments",
        "half a card, or less of one..",
        "For 1 listing the year of the page is unknown",
    ):
        assert sentence in " ".join(page.text.split())
    assert page.open == []


def test_a_report_that_cannot_do_with_little_memory_gets_more(
    release: Release, text: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(page, "LITTLE_MEMORY", ("1MB", "80%"))
    with pytest.raises(duckdb.OutOfMemoryException):
        page._gather(release, memory_limit="1MB")
    assert render_report(release) == text


def test_the_report_names_every_table_view_and_macro(text: str):
    codes = set(re.findall(r"<code>([a-z_]+)", text))
    assert {*TABLES, *(sql_file.name for sql_file in list_sql_files())} <= codes


def test_the_report_asks_nobody_for_anything_and_runs_nothing(text: str):
    page = Page(text)
    assert not {tag for tag, _ in page.elements} & {"script", "iframe", "object", "embed", "base", "form", "img"}
    addresses = [value for _, attrs in page.elements for name, value in attrs.items() if name in {"href", "src"}]
    assert all(address.startswith(("#", "data:")) for address in addresses)
    assert not re.search(r"@import|url\((?!#)", text)
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]


def test_every_link_leads_to_a_part_of_the_page_and_every_picture_has_words(text: str):
    page = Page(text)
    names = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    targets = {attrs["href"][1:] for tag, attrs in page.elements if tag == "a"}
    assert targets <= set(names)
    pictures = [attrs for tag, attrs in page.elements if tag == "svg"]
    assert len(pictures) == 5
    assert all(attrs["role"] == "img" and len(attrs["aria-label"]) > 20 for attrs in pictures)
    headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))


def test_nothing_written_by_others_becomes_a_part_of_the_page(hostile: Release, text: str):
    shown = (hostile.path / "report.html").read_text(encoding="utf-8")
    page = Page(shown)
    assert page.open == []
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in Page(text).elements}
    assert "<script>document.title = 'taken'</script>" in page.text
    assert "{{ 7 * 7 }} {% raw %}" in page.text
    assert "\\u202egnp.exe\\u2066 is \\u200fno picture" in page.text
    assert "\\x00\\x1b[31m</pre>" in page.text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", shown)
    assert max(map(len, re.findall("W+|X+|Ä+", shown))) < 500
    assert max(map(len, (HOSTILE_TEXT, *HOSTILE_TITLES))) > 5_000


def test_a_release_without_a_row_has_a_report(empty: Release):
    page = Page((empty.path / "report.html").read_text(encoding="utf-8"))
    assert "0 papers from 0 listings in 0 dumps" in " ".join(page.text.split())
    assert "Nothing had to be set aside" in page.text


def test_the_same_release_gives_the_same_bytes_in_every_process(release: Release, text: str):
    code = (
        "import hashlib, sys; from etl.load.reader import open_release; from etl.report.page import render_report\n"
        "print(hashlib.sha256(render_report(open_release(sys.argv[1])).encode()).hexdigest())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(release.path.parent.parent)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C", "MATPLOTLIBRC": os.devnull},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == hashlib.sha256(text.encode()).hexdigest()


def test_the_report_is_one_of_the_documents_of_its_release(hostile: Release):
    assert hostile.manifest["documents"][-1]["path"] == "report.html"
