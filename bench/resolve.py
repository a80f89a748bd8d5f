"""How much it costs to make papers of many listings: with near duplicates found, against equal keys alone.

    python bench/resolve.py --listings 1000000 [--worlds 10] [--near-only]

Invents cards as extraction leaves them (short texts: it is the number of rows that counts here), then runs the stages
identify, date and resolve over them twice, each time in a process of its own with two workers: once as they are, and
once without the pieces by which near duplicates are found. Prints CPU seconds with all workers' and the largest
process's memory, side by side. More worlds are copies of the first with other ids, keys and pieces, that share no paper
with it: a quick way to millions.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from etl.load.warehouse import Warehouse
from etl.runners.local import LocalRunner
from etl.stages.collect import INPUT_SCHEMA
from etl.stages.date import infer_page_years
from etl.stages.identify import find_papers
from etl.stages.merging import merge_folders
from etl.stages.receipt import Receipt, run_stage
from etl.stages.resolve import resolve_papers
from etl.stages.runs import choose_bucket_count, list_runs, read_run, write_run
from etl.stages.tasks import Tasks
from etl.stages.work_unit import PAGE_SCHEMA, write_runs
from etl.transform.cards import CARD_SCHEMA
from etl.transform.keys import add_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Spec = TypeVar("Spec")
Done = TypeVar("Done")

CARDS_PER_DUMP: Final = 50
UNIT_CARDS: Final = 20_000
WORKERS: Final = 2
WORDS: Final = [
    a + b + c for a in ("ar", "bel", "cor", "dim", "el", "far") for b in "aeiou" for c in ("n", "ster", "th")
]
EVERYBODYS_SENTENCE: Final = "All code and data of this work are freely available on our project page."


@dataclass(frozen=True)
class UnitSpec:
    """Cards to invent: those from ``start`` up to ``stop`` of ``listings`` in all."""

    number: int
    start: int
    stop: int
    papers: int
    worlds: int
    folder: str


class UnitReceipt(NamedTuple):
    """A unit that was written."""

    number: int
    text_bytes: int


def invent_unit(spec: UnitSpec) -> UnitReceipt:
    """Invent a unit's cards and write its runs."""
    cards = pl.DataFrame([invent_card(place, spec.papers) for place in range(spec.start, spec.stop)], orient="row")
    keyed = add_keys(cards.cast({name: CARD_SCHEMA[name] for name in cards.columns if name in CARD_SCHEMA}))
    missing = [pl.lit(None).cast(dtype).alias(name) for name, dtype in CARD_SCHEMA.items() if name not in keyed.columns]
    whole = keyed.with_columns(missing).select(*CARD_SCHEMA)
    pages = (
        whole.group_by("dump_id", "page_number")
        .agg(pl.len().cast(pl.Int32).alias("listing_count"))
        .with_columns(
            pl.lit("daily_papers").alias("layout"),
            pl.lit("Oct 29").alias("header_date_line"),
            pl.lit(0, pl.Int32).alias("quarantine_count"),
        )
        .select(*PAGE_SCHEMA)
    )
    for world in range(spec.worlds):
        tables = {"cards": move_cards(whole, world), "pages": pages.with_columns(rotate("dump_id", world))}
        write_runs(tables, Path(spec.folder), f"{spec.number:06d}-{world:02d}.arrow")
    return UnitReceipt(spec.number, int(cards["abstract"].str.len_bytes().sum()) * spec.worlds)


def move_cards(cards: pl.DataFrame, world: int) -> pl.DataFrame:
    """Move cards to a world where no dump, candidate, title key or piece is one of another world's."""
    return cards.with_columns(
        rotate("dump_id", world),
        rotate("alias_id", world),
        pl.col("title_key") + f" {world}",
        pl.col("pieces").list.eval(pl.element().xor(pl.lit(world, pl.UInt64))),
    )


def rotate(id_column: str, world: int) -> pl.Expr:
    """Turn an id's digits, so that it is another one that is as good."""
    return pl.col(id_column).str.slice(world) + pl.col(id_column).str.slice(0, world)


def invent_card(place: int, papers: int) -> dict[str, object]:
    """Invent the card at one place: of a paper that other places may list, a few of them slightly otherwise."""
    paper = int.from_bytes(draw(f"place {place}")[:6], "big") % papers
    drawn = draw(f"paper {paper}")
    words = [WORDS[byte % len(WORDS)] for byte in (*drawn, *draw(f"more of {paper}"))]
    title = " ".join(words[:7]).capitalize()
    sentences = [f"{' '.join(words[start : start + 9]).capitalize()}." for start in range(7, 43, 9)]
    if drawn[-1] < 26:  # noqa: PLR2004 - a tenth of all papers
        sentences.append(EVERYBODYS_SENTENCE)
    abstract = " ".join(sentences)
    if place % 20 == 0:  # another print of it: a word more in the title, or a sentence less
        title, abstract = (f"{title} revised", abstract) if place % 40 else (title, " ".join(sentences[1:]))
    day, has_year, has_organization = drawn[-2] % 27 + 1, drawn[-3] % 5 > 0, drawn[-4] % 5 == 0
    return {
        "dump_id": draw(f"dump {place // CARDS_PER_DUMP}").hex()[:32],
        "position": place % CARDS_PER_DUMP,
        "page_number": 0,
        "byte_start": 1000 * (place % CARDS_PER_DUMP),
        "byte_end": 1000 * (place % CARDS_PER_DUMP) + 900,
        "title": title,
        "abstract": abstract,
        "author_count": drawn[-5] % 20 + 1,
        "organization_handle": "org" if has_organization else None,
        "organization_name": "An Org" if has_organization else None,
        "date_line": f"Jul {day}, 2024" if has_year else f"Oct {day}",
        "month": 7 if has_year else 10,
        "day": day,
        "year": 2024 if has_year else None,
        "footer": "both" if has_organization else "authors",
        "problems": [],
    }


def draw(what: str) -> bytes:
    """Draw 64 bytes that are the same each time."""
    return hashlib.blake2b(what.encode()).digest()


def invent_cards(warehouse: Warehouse, listings: int, worlds: int = 1) -> tuple[Receipt, Receipt]:
    """Leave what collecting and extraction would: no inputs, and the runs of so many listings."""
    papers = max(listings * 2 // 3, 1)

    def extract(folder: Path) -> dict[str, int | str]:
        specs = [
            UnitSpec(number, start, min(start + UNIT_CARDS, listings), papers, worlds, str(folder / "runs"))
            for number, start in enumerate(range(0, listings, UNIT_CARDS))
        ]
        with LocalRunner(WORKERS) as runner:
            text_bytes = sum(receipt.text_bytes for receipt in runner.run(invent_unit, specs))
            merge_folders(sorted((folder / "runs").iterdir()), Tasks(runner, 0, None))
        return {"buckets": choose_bucket_count(text_bytes, listings * worlds)}

    def collect(folder: Path) -> dict[str, int | str]:
        pl.DataFrame(schema=INPUT_SCHEMA).write_parquet(folder / "inputs.parquet")
        return {}

    return run_stage(warehouse, "collect", [], collect), run_stage(warehouse, "extract", [listings, worlds], extract)


def forget_pieces(extracted: Path) -> None:
    """Leave the pieces out, so that only equal keys make one paper."""
    for run in list_runs(extracted / "runs" / "pieces"):
        write_run(read_run(run)[:0], run, pl.col("piece"))


class MeasuringRunner(LocalRunner):
    """A local runner that also keeps what its workers have used: CPU seconds and most memory, by process."""

    def __init__(self, workers: int) -> None:
        super().__init__(workers)
        self.used: dict[int, tuple[float, int]] = {}

    def run(
        self, fn: Callable[[Spec], Done], specs: Sequence[Spec], *, max_in_flight: int = 0, max_retries: int = 2
    ) -> Iterator[Done]:
        """Run as the local runner does."""
        for pid, cpu, peak, receipt in super().run(
            partial(measure, fn), specs, max_in_flight=max_in_flight, max_retries=max_retries
        ):
            self.used[pid] = max((cpu, peak), self.used.get(pid, (0.0, 0)))
            yield receipt

    def measure_all(self) -> tuple[float, float, float]:
        """Give the CPU seconds of this process and all workers, and the most MiB of this one and of a worker."""
        _, cpu, peak, _ = measure(int, 0)
        return (
            cpu + sum(cpu for cpu, _ in self.used.values()),
            peak / 1024,
            max((peak for _, peak in self.used.values()), default=0) / 1024,
        )


def measure(fn: Callable[[Spec], Done], spec: Spec) -> tuple[int, float, int, Done]:
    """Run a task; gives the process, its CPU seconds and KiB so far, and the receipt."""
    receipt = fn(spec)
    return os.getpid(), time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, receipt


def run_stages(root: Path) -> None:
    """Run the three stages over the cards that are there, and print what that took as JSON."""
    warehouse = Warehouse(root)
    collected, extracted = (
        Receipt.from_json(next((root / "state" / stage).glob("*/receipt.json")).read_text("utf-8"))
        for stage in ("collect", "extract")
    )
    runner, started = MeasuringRunner(WORKERS), time.perf_counter()
    cpu: dict[str, float] = {}
    identified = find_papers(warehouse, extracted, runner=runner)
    cpu["identify"] = runner.measure_all()[0]
    dated = infer_page_years(warehouse, collected, extracted, identified, runner=runner)
    cpu["date"] = runner.measure_all()[0] - sum(cpu.values())
    resolved = resolve_papers(warehouse, extracted, identified, dated, runner=runner)
    cpu["resolve"] = runner.measure_all()[0] - sum(cpu.values())
    _, driver, worker = runner.measure_all()
    told = {"cpu": cpu, "wall": time.perf_counter() - started, "driver_mib": driver, "worker_mib": worker}
    print(json.dumps({**told, "identify": identified.metrics, "papers": resolved.metrics["papers"]}))


def main() -> None:
    """Invent, measure both ways, and print them side by side."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listings", type=int, default=1_000_000)
    parser.add_argument("--worlds", type=int, default=1, choices=range(1, 16))
    parser.add_argument("--near-only", action="store_true", help="leave out the run by equal keys alone")
    parser.add_argument("--folder", type=Path, help="where to work; a temporary folder by default")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        run_stages(options.run)
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as place:
        warehouse = Warehouse(Path(place))
        warehouse.create_folders()
        _, extracted = invent_cards(warehouse, options.listings, options.worlds)
        for way in ("near duplicates", "equal keys alone")[: 1 if options.near_only else 2]:
            if way == "equal keys alone":
                forget_pieces(extracted.open_folder(warehouse))
            command = [sys.executable, __file__, "--run", place]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - this script
            told = json.loads(done.stdout)
            stages = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in told["cpu"].items())
            print(
                f"{way}: {sum(told['cpu'].values()):.1f} CPU s ({stages}), {told['wall']:.1f} s wall, "
                f"largest worker {told['worker_mib']:.0f} MiB, driver {told['driver_mib']:.0f} MiB, "
                f"{told['papers']:,} papers; {told['identify']}",
                flush=True,
            )
            for stage in ("identify", "date", "resolve"):
                shutil.rmtree(warehouse.state / stage)


if __name__ == "__main__":
    main()
