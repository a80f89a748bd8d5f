"""Damage good dumps many times over and tell how the parser takes it.

    python bench/mutate.py [--count 200000] [--seed 0] [--workers 2] [--state FILE] [--write] [--show NUMBER]

Bases are of two families: dumps of our own in every encoding and style, and those in ../shared/dumps where that folder
is there; mutated dumps take turns. Each is made from its number and the seed alone; ``--show`` makes one again and says
what was misread. With ``--state`` what is done is kept in a file, line by line, so that a run that was interrupted goes
on where it was. ``--write`` puts the table into bench/results/damage.md, from which docs/quality.md is made.
Ends with 1 if the parser raised, if bytes have no role or two, or if of either family less than 99.9 % of the whole
cards were read exactly.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections import Counter
from functools import cache, partial
from heapq import nlargest
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # tests/ is no installed package

from etl.extract.parse import parse_dump  # noqa: E402
from tests.etl.extract.ledger import list_faults  # noqa: E402
from tests.hostile.bases import read_bases, write_bases  # noqa: E402
from tests.mutations import KINDS, Base, Mutant, Truth, list_misread, mutate  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

RESULTS = ROOT / "bench" / "results" / "damage.md"
SHARED = ROOT.parent / "shared" / "dumps"
WANTED = 0.999
CHUNK = 200


class Outcome(NamedTuple):
    """What came of some mutated dumps: counts by family and kind of damage, faults, and dumps with misread cards."""

    counts: Counter[str]
    faults: list[str]
    misread: list[tuple[int, int, str]]


@cache
def load_families() -> Mapping[str, list[Base]]:
    """Load the good dumps, once in each process."""
    families = {"own": write_bases()}
    return {**families, "shared": read_bases(SHARED)} if SHARED.is_dir() else families


def make_mutant(number: int, seed: int) -> tuple[str, Mutant]:
    """Make the mutated dump of a number; also names the family of its base."""
    families = load_families()
    family = sorted(families)[number % len(families)]
    return family, mutate(families[family], Random(f"mutant {seed}:{number}"))  # noqa: S311 - no secret


def try_mutants(numbers: range, seed: int) -> Outcome:
    """Parse the mutated dumps of some numbers and count."""
    outcome = Outcome(Counter(), [], [])
    for number in numbers:
        family, mutant = make_mutant(number, seed)
        edits = "; ".join(mutant.edits)
        place = f"{family} {mutant.kind}"
        outcome.counts[f"{place} dumps"] += 1
        try:
            dump = parse_dump(mutant.raw)
        except Exception as error:  # noqa: BLE001 - a parser that raises is what is looked for
            outcome.faults.append(f"{number} ({edits}): {error!r}")
            continue
        outcome.faults.extend(f"{number} ({edits}): {fault}" for fault in list_faults(mutant.raw, dump))
        misread = list_misread(mutant, [Truth(*listing.card[:7]) for listing in dump.listings])
        outcome.counts[f"{place} cards"] += mutant.card_count
        outcome.counts[f"{place} whole"] += len(mutant.whole)
        outcome.counts[f"{place} misread"] += len(misread)
        outcome.counts[f"{place} rejected"] += dump.status == "rejected"
        if misread:
            outcome.misread.append((len(misread), -number, f"{edits} -> {dump.status} {dump.reason or ''}"))
    return outcome


def show_mutant(number: int, seed: int) -> None:
    """Print what was misread in one mutated dump."""
    _, mutant = make_mutant(number, seed)
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


def make_table(counts: Counter[str]) -> str:
    """Make a table of the counts by family and kind of damage."""
    names = ("dumps", "rejected", "cards", "whole", "misread")
    lines = [f"{'':16}" + "".join(f"{name:>12}" for name in names) + f"{'read':>12}"]
    for family in load_families():
        for kind in (*KINDS, "all"):
            kinds = KINDS if kind == "all" else (kind,)
            sums = [sum(counts[f"{family} {one} {name}"] for one in kinds) for name in names]
            share = 1 - sums[-1] / max(sums[-2], 1)
            lines.append(f"{family} {kind:{15 - len(family)}}" + "".join(f"{n:>12,}" for n in sums) + f"{share:>12.4%}")
    return "\n".join(lines)


def is_good_enough(counts: Counter[str]) -> bool:
    """Tell whether enough of the whole cards of each family were read exactly."""
    sums = [
        [sum(counts[f"{family} {kind} {name}"] for kind in KINDS) for name in ("whole", "misread")]
        for family in load_families()
    ]
    return all(misread <= (1 - WANTED) * whole for whole, misread in sums)


def read_state(path: Path | None, seed: int) -> dict[int, Outcome]:
    """Read the chunks that earlier runs of the same seed have done, by the number of their first dump."""
    if path is None or not path.exists():
        return {}
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return {
        row["first"]: Outcome(Counter(row["counts"]), row["faults"], [tuple(one) for one in row["misread"]])
        for row in rows
        if row["seed"] == seed
    }


def run_chunks(chunks: Sequence[range], seed: int, workers: int, state: Path | None) -> Iterator[Outcome]:
    """Try the mutated dumps of many chunks in several processes, and keep what is done."""
    done = read_state(state, seed)
    open_chunks = [chunk for chunk in chunks if chunk.start not in done]
    yield from (done[chunk.start] for chunk in chunks if chunk.start in done)
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        outcomes = pool.imap(partial(try_mutants, seed=seed), open_chunks)
        for number, (chunk, outcome) in enumerate(zip(open_chunks, outcomes, strict=True), start=1):
            if state is not None:
                row = {"seed": seed, "first": chunk.start, **outcome._asdict()}
                with state.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row) + "\n")
            print(f"\r{number} of {len(open_chunks)} chunks", end="", file=sys.stderr, flush=True)
            yield outcome
    print(file=sys.stderr)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200_000, help="how many mutated dumps")
    parser.add_argument("--seed", type=int, default=0, help="other seeds give other damage")
    parser.add_argument("--workers", type=int, default=2, help="how many processes")
    parser.add_argument("--state", type=Path, help="a file that keeps what is done, to go on from")
    parser.add_argument("--worst", type=int, default=10, help="how many examples to print")
    parser.add_argument("--write", action="store_true", help="write the table into bench/results/damage.md")
    parser.add_argument("--show", type=int, help="show one mutated dump by its number instead")
    options = parser.parse_args()
    if options.show is not None:
        show_mutant(options.show, options.seed)
        return 0
    chunks = [range(start, min(start + CHUNK, options.count)) for start in range(0, options.count, CHUNK)]
    total = Outcome(Counter(), [], [])
    for outcome in run_chunks(chunks, options.seed, options.workers, options.state):
        total.counts.update(outcome.counts)
        total.faults.extend(outcome.faults)
        total.misread.extend(outcome.misread)
    table = make_table(total.counts)
    print(f"{table}\n{len(total.faults)} faults of the parser")
    print("\n".join(f"  {fault}" for fault in total.faults[: options.worst]))
    print("most misread cards:")
    for misread, number, edits in nlargest(options.worst, total.misread):
        print(f"  {misread} in {-number} ({edits})")
    if options.write:
        RESULTS.write_text(describe_run(table, options.count, options.seed, len(total.faults)), encoding="utf-8")
    return int(bool(total.faults) or not is_good_enough(total.counts))


def describe_run(table: str, count: int, seed: int, faults: int) -> str:
    """Describe a run for docs/quality.md."""
    command = f"`--count {count} --seed {seed} --write`"
    return (
        f"```text\n{table}\n```\n\n"
        f"{count:,} mutated dumps, {command}: {faults} faults of the parser (no crash, and every byte has one role).\n"
        "`own` are pages that the project writes itself, in every encoding and style, and `shared` the real and "
        "rendered dumps beside it.\n"
        "`whole` are the cards that no edit touched, `read` the share of them that was read exactly.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
