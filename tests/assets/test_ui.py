"""The real UI in a headless browser, started as people start it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from assets.graph import GROUPS, PRODUCTS
from etl.load.reader import open_release
from etl.load.warehouse import Warehouse
from etl.pipeline import build
from etl.stages.collect import InputOptions
from etl.stages.decisions import find_decisions
from tests.assets.conftest import HEADER, write_dumps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

BROWSER_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LANTERNS = (
    "Lanterns that Count the Moths\n"
    "A lantern dims a little for every moth that comes near it. We count them by the dimming over a whole summer, and "
    "compare the count with that of a sheet and a patient student.\n  \u2022 2 authors\n\u00b7\nMar 3, 2024\n"
)
RUN_MILLISECONDS = 180_000
PAGE_MILLISECONDS = 60_000
EXPANDED = "%2C".join(f"global%40global%3A{group}" for group in dict.fromkeys(GROUPS.values()))


@pytest.fixture
def dumps(tmp_path: Path) -> Path:
    return write_dumps(tmp_path / "dumps")


@pytest.fixture
def address(repo_root: Path, warehouse: Warehouse, dumps: Path, chromium_path: str) -> Iterator[str]:
    """Start the UI on a free port; afterwards no process of it is left, however the test ended."""
    assert chromium_path  # without a browser nothing is started
    process = subprocess.Popen(
        [sys.executable, "-m", "etl.cli", "ui", "--port", "0", "--warehouse", str(warehouse.root)],
        cwd=repo_root,
        env={
            **os.environ,
            "PAPERHOUSE_LANDING": str(dumps),
            "PAPERHOUSE_LOOK_SECONDS": "1",
            "PAPERHOUSE_REST_SECONDS": "0",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if found := re.search(r"is at (http://127\.0\.0\.1:\d+)", line):
                yield found[1]
                break
        else:
            pytest.fail("".join(said))
    finally:
        end_processes(process)


def end_processes(process: subprocess.Popen[str]) -> None:
    """Ask the UI to end; whoever of its groups is left after a minute is killed."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    groups = [process.pid, *map(int, children.read_text().split() if children.exists() else ())]
    try:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    finally:
        for group in groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)


@pytest.fixture
def requests() -> list[str]:
    """Every address that the page asks for, in the order of its asking."""
    return []


@pytest.fixture
def page(chromium_path: str, requests: list[str]) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=[*BROWSER_OPTIONS])
        page = browser.new_page(viewport={"width": 2000, "height": 1500})
        page.set_default_timeout(PAGE_MILLISECONDS)
        page.on("request", lambda request: requests.append(request.url))
        page.on("websocket", lambda socket: requests.append(socket.url))
        yield page
        browser.close()


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_release_is_built_and_looked_at_in_the_browser(  # noqa: PLR0913, PLR0917 - fixtures
    page: Page, address: str, requests: list[str], warehouse: Warehouse, dumps: Path, tmp_path: Path
):
    look_at_the_graph(page, address, tmp_path)
    launch_a_run(page, address, tmp_path)

    release = open_release(warehouse)
    options = InputOptions((dumps,), decisions=find_decisions(None))
    assert build(Warehouse(tmp_path / "other"), options).release.release_id == release.release_id

    look_at_the_release(page, address, release.manifest["content_id"], tmp_path)
    look_at_a_table(page, address, tmp_path)

    build_when_a_dump_arrives(page, address, dumps, tmp_path)
    assert (
        open_release(warehouse).read("papers").height
        == open_release(Warehouse(tmp_path / "other")).read("papers").height + 1
    )
    before = open_release(warehouse).release_id
    stop_at_a_failing_check(page, address, dumps, tmp_path)
    assert open_release(warehouse).release_id == before

    hosts = {urlsplit(url).hostname for url in requests if urlsplit(url).scheme not in {"data", "blob"}}
    assert hosts == {"127.0.0.1"}


def look_at_the_graph(page: Page, address: str, folder: Path) -> None:
    """Open the graph, and every group of it: all assets are there."""
    graph = page.locator("svg")
    page.goto(f"{address}/asset-groups")
    for group in GROUPS.values():
        expect(graph.get_by_text(group, exact=True).first).to_be_visible(timeout=PAGE_MILLISECONDS)
    page.screenshot(path=folder / "groups.png")
    page.goto(f"{address}/asset-groups?expanded={EXPANDED}")
    for product in PRODUCTS:
        expect(graph.get_by_text(product.name, exact=True).first).to_be_visible(timeout=PAGE_MILLISECONDS)
    page.screenshot(path=folder / "graph.png")


def launch_a_run(page: Page, address: str, folder: Path) -> None:
    """Press the button that people press, and follow the run to its end."""
    page.goto(f"{address}/asset-groups")
    page.get_by_role("button", name="Materialize all").click()
    page.get_by_text(re.compile("^Launched run")).wait_for()
    page.get_by_role("link", name="View").or_(page.get_by_role("button", name="View")).first.click()
    page.wait_for_url("**/runs/*")
    ended = page.get_by_text(re.compile("^(Success|Failure|Canceled)$"))
    expect(ended.first).to_be_visible(timeout=RUN_MILLISECONDS)
    page.screenshot(path=folder / "run.png")
    expect(page.get_by_text("Success", exact=True).first).to_be_visible()


def look_at_the_release(page: Page, address: str, content_id: str, folder: Path) -> None:
    """Open the release: its metadata and its checks are there."""
    page.goto(f"{address}/assets/release")
    for text in ("release_id", "content_id", content_id, "papers_rows", "Freshness policy"):
        expect(page.get_by_text(text, exact=True).first).to_be_visible(timeout=PAGE_MILLISECONDS)
    page.screenshot(path=folder / "release.png")
    page.goto(f"{address}/assets/release?view=checks")
    for check in ("catalog_is_usable", "files_are_whole", "invariants_hold", "release_is_fresh"):
        page.get_by_text(check, exact=True).first.click()
        expect(page.get_by_text("Passed", exact=True).first).to_be_visible(timeout=PAGE_MILLISECONDS)
    page.screenshot(path=folder / "release_checks.png")


def look_at_a_table(page: Page, address: str, folder: Path) -> None:
    """Open a table: its columns with their meaning, its rows and the check that would have stopped the release."""
    page.goto(f"{address}/assets/papers")
    for text in ("Row count", "published_on", "Publication day (US Eastern time); null where unknown."):
        expect(page.get_by_text(text).first).to_be_visible(timeout=PAGE_MILLISECONDS)
    page.screenshot(path=folder / "papers.png")
    expect_picture(page, "papers per year")
    page.goto(f"{address}/assets/papers?view=events")
    expect(page.get_by_text("Sand Clocks that Agree").first).to_be_visible(timeout=PAGE_MILLISECONDS)
    page.screenshot(path=folder / "papers_rows.png")
    page.goto(f"{address}/assets/papers?view=checks")
    for text in ("columns_are_as_published", "values_are_allowed", "every rule holds", "blocking"):
        expect(page.get_by_text(text).first).to_be_visible(timeout=PAGE_MILLISECONDS)
    page.screenshot(path=folder / "papers_checks.png")


def expect_picture(page: Page, what: str) -> None:
    """Wait for a picture of ours: there, and drawn by the browser."""
    picture = page.get_by_alt_text(what).first
    expect(picture).to_be_visible(timeout=PAGE_MILLISECONDS)
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    assert picture.get_attribute("src").startswith("data:image/svg+xml,")


def build_when_a_dump_arrives(page: Page, address: str, dumps: Path, folder: Path) -> None:
    """Copy a dump into the landing folder and turn the sensor on: a run starts by itself."""
    (dumps / "third.txt").write_text(f"{HEADER}Oct 31\n\n{LANTERNS}", "utf-8")
    page.goto(f"{address}/locations/assets.definitions/sensors/new_dumps")
    page.locator("label", has=page.locator("input[type=checkbox]")).first.click()
    await_runs(page, address, succeeded=2, failed=0)
    expect(page.get_by_text("new_dumps", exact=True).first).to_be_visible()
    page.screenshot(path=folder / "runs.png")


def stop_at_a_failing_check(page: Page, address: str, dumps: Path, folder: Path) -> None:
    """Copy what is no page at all: its check fails, and the run ends before a release is made."""
    (dumps / "strange.txt").write_text("".join(f"row {number} | {number * 7}\n" for number in range(2000)), "utf-8")
    await_runs(page, address, succeeded=2, failed=1)
    page.screenshot(path=folder / "runs_failed.png")
    page.goto(f"{address}/assets/dumps?view=checks")
    page.get_by_text("quarantine_is_small", exact=True).first.click()
    for text in ("Failed", re.compile("of the bytes are in quarantine"), re.compile("no release above")):
        expect(page.get_by_text(text).first).to_be_visible(timeout=PAGE_MILLISECONDS)
    page.screenshot(path=folder / "dumps_checks.png")


def await_runs(page: Page, address: str, *, succeeded: int, failed: int) -> None:
    """Watch the list of runs until so many have ended well, and so many have not."""
    page.goto(f"{address}/runs")
    for status, count in (("Success", succeeded), ("Failure", failed)):
        expect(page.get_by_text(status, exact=True)).to_have_count(count, timeout=RUN_MILLISECONDS)
