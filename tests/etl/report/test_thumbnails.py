from __future__ import annotations

import re
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from etl.report.plots import COLORS, Part
from etl.report.thumbnails import WIDTH, draw_small_bars, draw_small_parts, make_address

BARS = draw_small_bars(["a", "b", "c"], {"old": [1, 0, 2], "new": [0, 0, 2]}, colors=["first", "second"])


def list_texts(svg: str) -> list[str]:
    texts = ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")  # noqa: S314 - our own
    return ["".join(text.itertext()).strip() for text in texts]


def list_paths(svg: str) -> dict[str, str]:
    return dict(re.findall(r"fill='(#[0-9a-f]{6})' d='([^']+)'", svg))


def test_bars_have_their_names_their_ends_and_their_highest():
    assert list_texts(BARS) == ["old new", "most: 4", "a", "c"]


def test_bars_are_as_high_as_their_amounts_and_the_later_series_stands_behind():
    assert list_paths(BARS) == {
        COLORS["second"]: "M0 90V72h106V90h106V18h106V90z",
        COLORS["first"]: "M0 90V72h106V90h106V54h106V90z",
    }


def test_bars_of_one_height_are_one_stretch():
    svg = draw_small_bars([str(number) for number in range(32)], {"papers": [7] * 32}, colors=["first"])
    assert list_paths(svg) == {COLORS["first"]: f"M0 90V18h{WIDTH}V90z"}


def test_parts_have_their_amounts_and_shares_and_what_is_little_is_seen():
    svg = draw_small_parts([Part("much", 9_999, "first"), Part("little", 1, "alarm"), Part("nothing", 0, "fourth")])
    assert list_texts(svg) == ["much 9,999 · > 99.9 %", "little 1 · < 0.1 %", "nothing 0 · 0 %"]
    assert list_paths(svg)[COLORS["alarm"]] == "M190 21h1v12h-1z"
    assert list_paths(svg)[COLORS["fourth"]] == "M190 39h0v12h-0z"


@pytest.mark.parametrize(
    "svg",
    [
        draw_small_bars([], {}, colors=[]),
        draw_small_bars(["a"], {"papers": [0]}, colors=["first"]),
        draw_small_parts([]),
        draw_small_parts([Part("nothing", 0, "first")]),
    ],
)
def test_nothing_is_a_picture_too(svg: str):
    assert ET.fromstring(svg).tag.endswith("svg")  # noqa: S314 - our own


def test_words_are_shown_as_they_are_and_never_read_as_markup():
    word = "</text><script>&'\"\n)>"
    svg = draw_small_bars([word], {word: [1]}, colors=["first"])
    assert "<script" not in svg
    assert list_texts(svg) == [word, "most: 1", word]
    address = make_address(svg)
    assert not re.search(r"[<>\n\"&#]", address)
    assert unquote(address).partition(",")[2] == svg
