"""The report as people see it: in a headless browser, on a phone and on a desk, in light and in dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from etl.load.reader import Release

OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
WIDER_THAN_THE_SCREEN = """() => [...document.querySelectorAll('body *')].filter(
    element => element.getBoundingClientRect().right > innerWidth + 1 && !element.closest('.scroll, pre')
).map(element => element.outerHTML.slice(0, 100))"""
CONTRAST = """() => {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const light = color => {
        canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(
            c => c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = light(getComputedStyle(document.body).backgroundColor);
    return Math.min(...[...document.querySelectorAll('h1, h1 em, p, a, .meta, .kicker, dt, th, td, code')].map(
        element => {
            const own = light(getComputedStyle(element).color);
            return (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05);
        }));
}"""


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=[*OPTIONS])
        yield browser
        browser.close()


def open_page(browser: Browser, release: Release, width: int, scheme: str, heard: list[str]) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 850}, color_scheme=scheme)
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("dialog", lambda dialog: heard.append(dialog.message))
    page.on("request", lambda request: heard.append(request.url) if not request.url.startswith("file:") else None)
    page.goto((release.path / "report.html").as_uri())
    return page


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")])
def test_hostile_texts_neither_widen_the_page_nor_say_anything_to_the_browser(
    browser: Browser, hostile: Release, width: int, scheme: str
):
    heard: list[str] = []
    page = open_page(browser, hostile, width, scheme, heard)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(WIDER_THAN_THE_SCREEN) == []
    assert page.evaluate(CONTRAST) >= 4.5
    assert page.title() == "4 papers · paperhouse"
    assert heard == []
    page.close()
