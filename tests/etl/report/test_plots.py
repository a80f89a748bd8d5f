from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from etl.report.plots import COLORS, HEIGHT, WIDTH, Part, draw_bars, draw_flow, render_svg

ROOT = Path(__file__).resolve().parents[3]
PARTS = [Part("listings", 9_000, "first"), Part("white space", 2, "fourth"), Part("nothing", 0, "alarm")]
SVG = "{http://www.w3.org/2000/svg}"


def list_words(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 - our own


def test_a_flow_names_each_part_that_is_there_with_its_amount_and_share():
    words = list_words(render_svg(draw_flow("9,002 bytes", PARTS), "bytes"))
    assert set(words) == {"9,002 bytes", "listings", "9,000 · > 99.9 %", "white space", "2 · < 0.1 %"}


def test_bars_have_a_legend_only_if_there_are_several_series():
    one = list_words(render_svg(draw_bars(["a", "b"], {"papers": [1, 2]}, colors=["first"]), ""))
    two = list_words(render_svg(draw_bars(["a"], {"old": [1], "new": [2]}, colors=["first", "second"]), ""))
    assert "papers" not in one
    assert {"a", "b"} <= set(one)
    assert {"old", "new"} <= set(two)


def test_many_bars_have_few_labels():
    labels = [str(number) for number in range(1_000)]
    words = list_words(render_svg(draw_bars(labels, {"papers": [7] * 1_000}, colors=["first"]), ""))
    assert 3 <= len(set(labels) & set(words) - {"0", "2", "4", "6"}) <= 6


@pytest.mark.parametrize("figure", [draw_flow("nothing", []), draw_bars([], {"papers": []}, colors=["first"])])
def test_nothing_is_a_picture_too(figure: object):
    assert render_svg(figure, "nothing").startswith("<svg")


def test_words_are_shown_as_they_are_and_never_read_as_markup():
    svg = render_svg(draw_flow("$\\frac{1}{2}$", [Part("<script>&", 1, "first")]), '"><script>')
    assert "<script" not in svg
    assert {"$\\frac{1}{2}$", "<script>&"} <= set(list_words(svg))


def test_every_colour_is_a_variable_of_the_page():
    svg = render_svg(draw_flow("all", [Part(name, 1, name) for name in COLORS]), "")
    outside = re.sub(r"var\(--[a-z]+, #[0-9a-f]{6}\)", "", svg)
    assert re.findall("#[0-9a-f]{6}", outside) == []
    assert all(f"var(--{name}, {color})" in svg for name, color in COLORS.items() if name not in {"muted", "line"})


def test_a_picture_leaves_the_size_the_font_and_the_names_to_its_page():
    svg = render_svg(draw_bars(["a"], {"papers": [1]}, colors=["first"]), "")
    assert f'viewBox="0 0 {WIDTH} {HEIGHT}"' in svg
    assert not re.search(r"<svg[^>]* width=|font-family|<style|<g id=|<metadata|https?://(?!www\.w3\.org)", svg)


def test_equal_numbers_give_equal_bytes_in_every_process():
    code = (
        "from etl.report.plots import *; import hashlib\n"
        "flow, bars = draw_flow('all', [Part('a', 3, 'first')]), draw_bars(['a'], {'b': [1]}, colors=['first'])\n"
        "made = render_svg(flow, '').encode(), render_svg(bars, '').encode()\n"
        "print(*(hashlib.sha256(one).hexdigest() for one in made))\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(said) == 1
