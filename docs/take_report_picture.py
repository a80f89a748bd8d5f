"""Takes the picture of a report for the README: builds a release from invented dumps and photographs it.

    python docs/take_report_picture.py

Needs Chromium. Writes docs/images/report.png.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402 - after the path is set

from etl.load.warehouse import Warehouse  # noqa: E402
from etl.pipeline import build  # noqa: E402
from etl.sample import write_sample  # noqa: E402
from etl.stages.collect import InputOptions  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IMAGES: Final = ROOT / "docs" / "images"
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
DUMPS: Final = 120
SEED: Final = 7
WIDTH: Final = 1120
HEIGHT: Final = 1190


def build_sample(folder: Path) -> Path:
    """Build a release from invented dumps, and one that is no page; gives the release's folder."""
    write_sample(folder / "dumps", dumps=DUMPS, seed=SEED)
    (folder / "dumps" / "shopping.txt").write_text("milk, eggs, bread\n", encoding="utf-8")
    return build(Warehouse(folder / "warehouse"), InputOptions((folder / "dumps",))).release.path


def photograph_report(browser: Browser, release: Path) -> None:
    """Take the picture of a report's beginning."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
    page.goto((release / "report.html").as_uri())
    page.screenshot(path=IMAGES / "report.png")
    page.close()


def main() -> int:
    """Take the picture; 1 without a browser."""
    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser_path is None:
        print("docs/take_report_picture.py needs Chromium (Debian, Ubuntu: apt-get install chromium)", file=sys.stderr)
        return 1
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        release = build_sample(Path(folder))
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        photograph_report(browser, release)
        browser.close()
    print("wrote docs/images/report.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
