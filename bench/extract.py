"""Measure how fast dumps are read: by a strict line machine, by our parser alone, and as the build reads them.

    python bench/extract.py [--dumps 60] [--seed 11] [--rounds 7] [--write]

Both corpora are invented (``paperhouse sample``): one as it is written, one with a few bytes or lines of every second
dump flipped, deleted, doubled or swapped. Figures are MB per CPU second, the best of the rounds, so that other work on
the machine matters little. What is measured is bytes in memory to cards with their byte offsets: objects from the two
parsers, columns from the build's path. The strict parser reads undamaged dumps alone. ``--write`` puts the table into
bench/results/extract.md, from which docs/performance.md is made.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # bench/ and tests/ are no installed packages

from bench.strict_parser import NotCleanError, parse_strictly  # noqa: E402
from etl.extract.parse import identify_dump, parse_dump  # noqa: E402
from etl.sample.write import write_sample  # noqa: E402
from etl.stages.units import UNIT_BYTES  # noqa: E402
from etl.stages.work_unit import read_dumps  # noqa: E402
from tests.mutations import EDITS, Patchwork, edit  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Unit = dict[str, bytes]
RESULTS = ROOT / "bench" / "results" / "extract.md"


def invent_dumps(count: int, seed: int) -> list[bytes]:
    """Invent dumps as `paperhouse sample` does."""
    with tempfile.TemporaryDirectory() as folder:
        write_sample(Path(folder, "sample"), dumps=count, seed=seed)
        return [path.read_bytes() for path in sorted(Path(folder, "sample").glob("*.txt"))]


def damage_dumps(raws: Sequence[bytes], seed: int) -> list[bytes]:
    """Damage every second dump with one to three edits."""
    rng = Random(f"bench {seed}")  # noqa: S311 - no secret
    damaged = []
    for number, raw in enumerate(raws):
        dump = Patchwork.of_bytes(raw)
        for _ in range(rng.randint(1, 3) if number % 2 else 0):
            dump, _ = edit(dump, rng.choice(EDITS), "utf-8", rng)
        damaged.append(dump.raw)
    return damaged


def cut_units(raws: Sequence[bytes]) -> list[Unit]:
    """Cut dumps into work units as the build does."""
    units: list[Unit] = [{}]
    for raw in raws:
        if sum(map(len, units[-1].values())) + len(raw) > UNIT_BYTES:
            units.append({})
        units[-1][identify_dump(raw)] = raw
    return units


def read_strictly(units: Sequence[Unit]) -> int:
    """Read all dumps that are undamaged; returns how many."""
    count = 0
    for unit in units:
        for raw in unit.values():
            try:
                parse_strictly(raw)
            except (NotCleanError, UnicodeDecodeError):
                continue
            count += 1
    return count


def read_alone(units: Sequence[Unit]) -> int:
    """Read all dumps with the parser; returns how many."""
    return sum(1 for unit in units for dump_id, raw in unit.items() if parse_dump(raw, dump_id))


def read_as_built(units: Sequence[Unit]) -> int:
    """Read all dumps as the build does; returns how many took the fast path."""
    return sum(len(read_dumps(unit)[0].dumps) for unit in units)


WAYS: Mapping[str, Callable[[Sequence[Unit]], int]] = {
    "strict line machine": read_strictly,
    "our parser alone": read_alone,
    "as the build reads": read_as_built,
}


def measure(corpora: Mapping[str, Sequence[Unit]], rounds: int) -> dict[tuple[str, str], tuple[float, int]]:
    """Measure all ways on all corpora in turn: MB per CPU second in the best round, and how many dumps were taken."""
    best: dict[tuple[str, str], tuple[float, int]] = {}
    for _ in range(rounds):
        for name, units in corpora.items():
            size = sum(len(raw) for unit in units for raw in unit.values())
            for way, read in WAYS.items():
                started = time.process_time()
                taken = read(units)
                speed = size / 1e6 / (time.process_time() - started)
                best[way, name] = max(best.get((way, name), (0.0, taken)), (speed, taken))
    return best


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dumps", type=int, default=60, help="how many dumps to invent")
    parser.add_argument("--seed", type=int, default=11, help="other seeds give other dumps")
    parser.add_argument("--rounds", type=int, default=7, help="how often to measure")
    parser.add_argument("--write", action="store_true", help="write the table into bench/results/extract.md")
    options = parser.parse_args()
    clean = invent_dumps(options.dumps, options.seed)
    corpora = {"clean": clean, "damaged": damage_dumps(clean, options.seed)}
    size = sum(map(len, clean)) / 1e6
    rows = [
        f"| way | {' | '.join(f'{name}, MB per CPU s | dumps taken' for name in corpora)} |",
        "|---|---|---|---|---|",
    ]
    figures = measure({name: cut_units(raws) for name, raws in corpora.items()}, options.rounds)
    for way, read in WAYS.items():
        cells = [
            "- | -" if read is read_strictly and name == "damaged" else f"{speed:.0f} | {taken} of {options.dumps}"
            for name in corpora
            for speed, taken in [figures[way, name]]
        ]
        rows.append(f"| {way} | {' | '.join(cells)} |")
    command = (
        f"`python bench/extract.py --dumps {options.dumps} --seed {options.seed} --rounds {options.rounds} --write`"
    )
    table = "\n".join([*rows, "", f"{options.dumps} dumps, {size:.1f} MB, {command}.", ""])
    print(table)
    if options.write:
        RESULTS.write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
