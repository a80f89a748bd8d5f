"""Takes the README's pictures again: of a report, and of the UI, both from invented dumps.

    python docs/take_pictures.py [report] [ui]

Needs Chromium. Without words it takes both, into docs/images/; each is named after its word, in 256 colours.
"""

from __future__ import annotations

import argparse
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

from etl.load.warehouse import Warehouse  # noqa: E402
from etl.pipeline import build  # noqa: E402
from etl.sample import write_sample  # noqa: E402
from etl.stages.collect import InputOptions  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

IMAGES: Final = ROOT / "docs" / "images"
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
SEED: Final = 7
PATIENCE_MILLISECONDS: Final = 300_000


def show_report(page: Page, folder: Path) -> None:
    """Show the beginning of a report: of a release from invented dumps, and one that is no page."""
    write_sample(folder / "dumps", dumps=120, seed=SEED)
    (folder / "dumps" / "shopping.txt").write_text("milk, eggs, bread\n", encoding="utf-8")
    release = build(Warehouse(folder / "warehouse"), InputOptions((folder / "dumps",))).release
    page.set_viewport_size({"width": 1120, "height": 1190})
    page.goto((release.path / "report.html").as_uri())
    take_picture(page, "report")


def show_ui(page: Page, folder: Path) -> None:
    """Show the release in the UI with one of its plots, after pressing the button that builds everything."""
    write_sample(folder / "dumps", dumps=40, seed=SEED)
    page.set_viewport_size({"width": 1360, "height": 860})
    with start_ui(folder) as address:
        page.goto(f"{address}/asset-groups")
        page.get_by_role("button", name="Materialize all").click()
        page.get_by_text(re.compile("^Launched run")).wait_for()
        page.goto(f"{address}/runs")
        page.get_by_text("Success", exact=True).wait_for()
        page.goto(f"{address}/assets/release")
        page.get_by_text("papers_per_year", exact=True).wait_for()
        page.get_by_alt_text("papers per year").wait_for()
        page.wait_for_load_state("networkidle")
        take_picture(page, "ui")


@contextmanager
def start_ui(folder: Path) -> Iterator[str]:
    """Start the UI with the invented dumps in its landing folder; gives its address, and ends it after."""
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


def take_picture(page: Page, name: str) -> None:
    """Photograph what the page shows."""
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(256).save(path, optimize=True)
    print(f"wrote {path.relative_to(ROOT)}")


PICTURES: Final = {"report": show_report, "ui": show_ui}


def main() -> int:
    """Take the pictures; 1 without a browser."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*PICTURES, []], metavar="report|ui")
    names = parser.parse_args().names or list(PICTURES)
    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser_path is None:
        print("docs/take_pictures.py needs Chromium (Debian, Ubuntu: apt-get install chromium)", file=sys.stderr)
        return 1
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        for name in names:
            page = browser.new_page(color_scheme="light")
            page.set_default_timeout(PATIENCE_MILLISECONDS)
            with tempfile.TemporaryDirectory() as folder:
                PICTURES[name](page, Path(folder))
            page.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
