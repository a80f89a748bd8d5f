"""What a build costs after a small change, or after none: beside a listing of the files, and a build of one."""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from measure import run_measured

from etl.load.reader import open_release
from etl.sample import write_sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobs import Bench
    from measure import Used

TINY_PAGE: Final = """\
Daily Papers

byAK and the research community

Oct 29

Title number {number}

An abstract of tiny number {number} that says little.

  • 3 authors
·
Jul 10, 2023 4
"""
LIST_FILES: Final = """
import os, sys
def look(folder):
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                look(entry.path)
            else:
                entry.stat(follow_symlinks=False)
look(sys.argv[1])
"""


def measure_changes(bench: Bench, rounds: int, seed: int) -> Iterator[str]:
    """Tabulate what a build costs if nothing is new, and if one dump is."""
    arrivals = bench.dumps.with_name("arrivals")
    arrivals.mkdir(exist_ok=True)
    add_dump(arrivals, seed + 1)
    bench.build(bench.dumps, arrivals)
    bench.build(bench.dumps, arrivals)  # by now all files have rested
    still, added, shares = [], [], []
    for number in range(rounds):
        still.append(bench.build(bench.dumps, arrivals))
        add_dump(arrivals, seed + 2 + number)
        added.append(bench.build(bench.dumps, arrivals))
        storage = open_release(bench.warehouse).manifest["storage"]
        shares.append(1 - storage["linked_bytes"] / storage["table_bytes"])
    yield "| build | CPU s | wall s | bytes of tables written |\n|---|---|---|---|"
    yield f"| nothing new | {middle(still, 0):.1f} | {middle(still, 1):.1f} | 0 % |"
    written = 100 * statistics.median(shares)
    yield f"| one new dump | {middle(added, 0):.1f} | {middle(added, 1):.1f} | {written:.0f} % |"


def add_dump(folder: Path, seed: int) -> None:
    """Invent one more dump."""
    with tempfile.TemporaryDirectory() as place:
        write_sample(Path(place), dumps=1, seed=seed)
        (page,) = Path(place).glob("page-*.txt")
        shutil.copy(page, folder / f"{seed}.txt")


def measure_tiny(bench: Bench, rounds: int, count: int) -> Iterator[str]:
    """Tabulate what a build with nothing new, or one new file, costs over very many, beside listing them."""
    place = bench.dumps.parent / "tiny"
    for number in range(count):
        folder = place / f"{number // 1000:04}"
        folder.mkdir(parents=True, exist_ok=True)
        write_tiny(folder, number)
    one = place.with_name("one")
    one.mkdir()
    shutil.copy(place / "0000" / "0.txt", one)
    homes = {folder: place.with_name(f"{folder.name} warehouse") for folder in (place, one)}
    for folder, home in (*homes.items(), *homes.items()):  # twice, so that all files have rested
        bench.build(folder, warehouse=home)
    listed, many, single, added = [], [], [], []
    for _ in range(rounds):
        listed.append(run_measured(sys.executable, "-c", LIST_FILES, place))
        many.append(bench.build(place, warehouse=homes[place]))
        single.append(bench.build(one, warehouse=homes[one]))
    for number in range(rounds):
        write_tiny(place, count + number)
        added.append(bench.build(place, warehouse=homes[place]))
    yield "| job | CPU s | wall s |\n|---|---|---|"
    yield f"| listing {count:,} files and stat-ing them | {middle(listed, 0):.2f} | {middle(listed, 1):.2f} |"
    yield f"| nothing new among {count:,} tiny dumps | {middle(many, 0):.2f} | {middle(many, 1):.2f} |"
    yield f"| nothing new where there is one of them | {middle(single, 0):.2f} | {middle(single, 1):.2f} |"
    yield f"| one new among {count:,} of them | {middle(added, 0):.2f} | {middle(added, 1):.2f} |"


def write_tiny(folder: Path, number: int) -> None:
    """Write a dump that is hardly more than one listing."""
    (folder / f"{number}.txt").write_text(TINY_PAGE.format(number=number), encoding="utf-8")


def middle(runs: Sequence[Used], field: int) -> float:
    """Take the median of one figure."""
    return statistics.median(run[field] for run in runs)
