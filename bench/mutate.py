"""Damage good dumps many times over and tell how the parser takes it.

    python bench/mutate.py [--count 200000] [--seed 0] [--workers 2] [--worst 10] [--show NUMBER]

Bases are dumps of our own in every encoding and style, and those in ../shared/dumps where that folder is there.
Each mutated dump is made from its number and the seed alone; ``--show`` makes one again and tells what was misread.
Ends with 1 if the parser raised, if bytes have no role or two, or if less than 99.9 % of the whole cards were read
exactly.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from functools import cache, partial
from heapq import nlargest
from pathlib import Path
from random import Random
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # tests/ is no installed package

from etl.extract.parse import parse_dump  # noqa: E402
from tests.etl.extract.ledger import list_faults  # noqa: E402
from tests.hostile.bases import read_bases, write_bases  # noqa: E402
from tests.mutations import KINDS, Base, Mutant, Truth, list_misread, mutate  # noqa: E402

SHARED = ROOT.parent / "shared" / "dumps"
WANTED = 0.999
CHUNK = 500


class Outcome(NamedTuple):
    """What came of some mutated dumps: counts by kind of damage, faults, and dumps with misread cards."""

    counts: Counter[tuple[str, str]]
    faults: list[str]
    misread: list[tuple[int, int, str]]


@cache
def load_bases() -> list[Base]:
    """Load the good dumps, once in each process."""
    return write_bases() + (read_bases(SHARED) if SHARED.is_dir() else [])


def make_mutant(number: int, seed: int) -> Mutant:
    """Make the mutated dump of a number."""
    return mutate(load_bases(), Random(f"mutant {seed}:{number}"))  # noqa: S311 - no secret


def try_mutants(numbers: range, seed: int) -> Outcome:
    """Parse the mutated dumps of some numbers and count."""
    outcome = Outcome(Counter(), [], [])
    for number in numbers:
        mutant = make_mutant(number, seed)
        edits = "; ".join(mutant.edits)
        outcome.counts[mutant.kind, "dumps"] += 1
        try:
            dump = parse_dump(mutant.raw)
        except Exception as error:  # noqa: BLE001 - a parser that raises is what is looked for
            outcome.faults.append(f"{number} ({edits}): {error!r}")
            continue
        outcome.faults.extend(f"{number} ({edits}): {fault}" for fault in list_faults(mutant.raw, dump))
        misread = list_misread(mutant, [Truth(*listing.card[:7]) for listing in dump.listings])
        outcome.counts[mutant.kind, "cards"] += mutant.card_count
        outcome.counts[mutant.kind, "whole"] += len(mutant.whole)
        outcome.counts[mutant.kind, "misread"] += len(misread)
        outcome.counts[mutant.kind, "rejected"] += dump.status == "rejected"
        if misread:
            outcome.misread.append((len(misread), -number, f"{edits} -> {dump.status} {dump.reason or ''}"))
    return outcome


def show_mutant(number: int, seed: int) -> None:
    """Print what was misread in one mutated dump."""
    mutant = make_mutant(number, seed)
    dump = parse_dump(mutant.raw)
    print("; ".join(mutant.edits), "->", dump.status, dump.reason or "", dump.encoding)
    for truth in list_misread(mutant, [Truth(*listing.card[:7]) for listing in dump.listings]):
        print("whole card:", truth)
        for listing in dump.listings:
            if listing.card.start < truth.end and truth.start < listing.card.end:
                print("  read as:", Truth(*listing.card[:7]))
        for span in dump.quarantine:
            if span.start < truth.end and truth.start < span.end:
                print("  read as:", span)


def print_figures(outcome: Outcome, worst: int) -> None:
    """Print a table by kind of damage, then faults and the worst examples."""
    names = ("dumps", "rejected", "cards", "whole", "misread")
    print(f"{'':10}" + "".join(f"{name:>12}" for name in names) + f"{'read':>12}")
    for kind in (*KINDS, "all"):
        kinds = KINDS if kind == "all" else (kind,)
        sums = [sum(outcome.counts[one, name] for one in kinds) for name in names]
        share = 1 - sums[-1] / max(sums[-2], 1)
        print(f"{kind:10}" + "".join(f"{number:>12,}" for number in sums) + f"{share:>12.4%}")
    print(f"{len(outcome.faults)} faults of the parser")
    for fault in outcome.faults[:worst]:
        print(f"  {fault}")
    print("most misread cards:")
    for misread, number, edits in nlargest(worst, outcome.misread):
        print(f"  {misread} in {-number} ({edits})")


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200_000, help="how many mutated dumps")
    parser.add_argument("--seed", type=int, default=0, help="other seeds give other damage")
    parser.add_argument("--workers", type=int, default=2, help="how many processes")
    parser.add_argument("--worst", type=int, default=10, help="how many examples to print")
    parser.add_argument("--show", type=int, help="show one mutated dump by its number instead")
    options = parser.parse_args()
    if options.show is not None:
        show_mutant(options.show, options.seed)
        return 0
    started = time.monotonic()
    chunks = [range(start, min(start + CHUNK, options.count)) for start in range(0, options.count, CHUNK)]
    total = Outcome(Counter(), [], [])
    with multiprocessing.get_context("spawn").Pool(options.workers) as pool:
        for outcome in pool.imap(partial(try_mutants, seed=options.seed), chunks):
            total.counts.update(outcome.counts)
            total.faults.extend(outcome.faults)
            total.misread.extend(outcome.misread)
    print_figures(total, options.worst)
    print(f"{time.monotonic() - started:,.0f} s with {options.workers} processes")
    whole, misread = (sum(total.counts[kind, name] for kind in KINDS) for name in ("whole", "misread"))
    return int(bool(total.faults) or misread > (1 - WANTED) * whole)


if __name__ == "__main__":
    sys.exit(main())
