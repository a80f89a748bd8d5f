"""Takes the picture of the UI for the README: starts it as people do, builds from invented dumps, and photographs it.

    python docs/take_ui_picture.py

Needs Chromium. Writes docs/images/ui.png, in 256 colours.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402 - after the path is set
from playwright.sync_api import sync_playwright  # noqa: E402

from etl.sample import write_sample  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

PICTURE: Final = ROOT / "docs" / "images" / "ui.png"
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
DUMPS: Final = 40
SEED: Final = 7
SIZE: Final = {"width": 1360, "height": 860}
PATIENCE_MILLISECONDS: Final = 300_000


@contextmanager
def start_ui(folder: Path) -> Iterator[str]:
    """Start the UI with invented dumps in its landing folder; gives its address, and ends it after."""
    write_sample(folder / "dumps", dumps=DUMPS, seed=SEED)
    command = [sys.executable, "-m", "etl.cli", "ui", "--port", "0", "--warehouse", str(folder / "warehouse")]
    variables = os.environ | {"PAPERHOUSE_LANDING": str(folder / "dumps")}
    with subprocess.Popen(  # noqa: S603 - this interpreter with our own words
        command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            said = process.stdout or ()
            yield next(found[0] for line in said if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()


def build_release(page: Page, address: str) -> None:
    """Press the button that builds everything, and wait for its end."""
    page.goto(f"{address}/asset-groups")
    page.get_by_role("button", name="Materialize all").click()
    page.get_by_text(re.compile("^Launched run")).wait_for()
    page.goto(f"{address}/runs")
    page.get_by_text("Success", exact=True).wait_for()


def photograph_release(page: Page, address: str) -> None:
    """Open the release with one of its plots."""
    page.goto(f"{address}/assets/release")
    page.get_by_text("papers_per_year", exact=True).wait_for()
    page.get_by_text("[Show Markdown]", exact=True).first.click()
    page.get_by_alt_text("papers per year").wait_for()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURE, animations="disabled")
    with Image.open(PICTURE) as picture:
        picture.convert("RGB").quantize(256).save(PICTURE, optimize=True)


def main() -> int:
    """Take the picture; 1 without a browser."""
    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser_path is None:
        print(f"{Path(__file__).name} needs Chromium (Debian, Ubuntu: apt-get install chromium)", file=sys.stderr)
        return 1
    PICTURE.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, start_ui(Path(folder)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        build_release(page, address)
        photograph_release(page, address)
        browser.close()
    print(f"wrote {PICTURE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
