"""Measure what the worst pages cost to read: a megabyte of one telling piece again and again.

    python bench/slow_pages.py [--bytes 1000000] [--worst 12] [--write]

The pieces are those of tests/etl/extract/test_linearity.py, each alone, between a header and a footer, and on a page
that prints votes, and mixtures of them drawn at random. Each page goes the whole way of a work unit, from bytes to
validated tables. Prints the CPU seconds of the slowest pages; ``--write`` puts them into bench/results/slow_pages.md,
from which docs/performance.md is made.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # bench/ and tests/ are no installed packages

from etl.extract.parse import identify_dump  # noqa: E402
from etl.stages.work_unit import make_unit_tables  # noqa: E402
from tests.etl.extract.test_linearity import FOOTER, HEADER, UNITS  # noqa: E402
from tests.hostile.cases import SHEEP  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS = ROOT / "bench" / "results" / "slow_pages.md"
WRAPS = {
    "alone": ("", ""),
    "on a page": (f"{HEADER}\n", FOOTER),
    "on a page with votes": (f"{HEADER}\nSubmitted by x\n\n3\n\nA title\n\n", FOOTER),
    "below a footer": (f"{HEADER}\n{SHEEP.title}\n\n{SHEEP.abstract[0]}{FOOTER}", ""),
}


def list_pages(size: int) -> Iterator[tuple[str, bytes]]:
    """List pages of so many bytes, with what is on them."""
    chance = Random("slow pages")  # noqa: S311 - no secret
    lines = [unit for unit in UNITS if unit.endswith("\n") and len(unit) < len(HEADER)]
    fillings = {repr(unit)[:40]: unit * (size // len(unit.encode())) for unit in UNITS}
    for count in (2, 4, len(lines)):
        drawn = chance.sample(lines, count)
        mixed = "".join(chance.choices(drawn, k=size // min(map(len, drawn))))
        fillings[f"{count} pieces mixed"] = mixed[:size]
    for name, text in fillings.items():
        for wrap, (above, below) in WRAPS.items():
            yield f"{name} {wrap}", (above + text + below).encode()


def measure(raw: bytes) -> tuple[float, int, int]:
    """Read a page; gives CPU seconds, and how many rows of listings and of quarantine it came to."""
    started = time.process_time()
    tables = make_unit_tables({identify_dump(raw): raw})
    return time.process_time() - started, tables["cards"].height, tables["quarantine"].height


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bytes", type=int, default=1_000_000, help="how large each page is")
    parser.add_argument("--worst", type=int, default=12, help="how many pages to show")
    parser.add_argument("--write", action="store_true", help="write the table into bench/results/slow_pages.md")
    options = parser.parse_args()
    measured = sorted(((*measure(raw), name) for name, raw in list_pages(options.bytes)), reverse=True)
    rows = ["| page | CPU s | listings | quarantined |", "|---|--:|--:|--:|"]
    rows += [
        f"| {name.replace('|', chr(92) + '|')} | {seconds:.2f} | {listings:,} | {quarantined:,} |"
        for seconds, listings, quarantined, name in measured[: options.worst]
    ]
    middle = measured[len(measured) // 2][0]
    command = f"`python bench/slow_pages.py --bytes {options.bytes} --write`"
    told = f"The slowest of {len(measured)} pages of {options.bytes:,} bytes; half of them took {middle:.2f} s or less"
    table = "\n".join([*rows, "", f"{told}: {command}.", ""])
    print(table)
    if options.write:
        RESULTS.write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
