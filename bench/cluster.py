"""What a cluster costs beside this machine's processes, and what a build asks of a scheduler and of a file system.

    python bench/cluster.py [overhead] [counts] [opens] [stated] --size 30MB

``overhead`` builds the same dumps with the local runner and on a Ray cluster of this machine (a head, and two nodes of
one core each), and runs units that do nothing. ``counts`` builds a small sample cut into more and more units and ranges
of keys, and counts tasks, runs that are opened, and bytes; ``opens`` tells what each of these openings costs.
``stated`` says what the code's own rules choose for corpora that no machine holds.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

HERE: Final = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]  # bench/ is no package

import polars as pl  # noqa: E402 - after the path is set
from build import DUMP_BYTES, UNITS  # noqa: E402
from measure import measure_folder  # noqa: E402

from etl.load.warehouse import Warehouse  # noqa: E402
from etl.pipeline import build  # noqa: E402
from etl.runners.connection import import_ray  # noqa: E402
from etl.runners.local import LocalRunner  # noqa: E402
from etl.runners.ray import RayRunner  # noqa: E402
from etl.sample import write_sample  # noqa: E402
from etl.stages import runs, units  # noqa: E402
from etl.stages.collect import InputOptions  # noqa: E402
from etl.stages.runs import choose_bucket_count  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from etl.runners import Runner

WORKERS: Final = 2
EMPTY_UNITS: Final = 2_000
WORK_SECONDS: Final = 143
"""CPU seconds of a gigabyte, as ``python bench/build.py jobs --size 1GB`` found them."""
OPENING_SECONDS: Final = 0.0004
"""CPU seconds of opening a run and taking a range of it, as the part ``opens`` found them."""
OPENINGS: Final = 13
"""How often each range opens a run of each unit, all kinds together, as the part ``counts`` found."""
CUTS: Final = ((400_000, 1 << 30), (100_000, 1 << 30), (100_000, 1_000_000), (50_000, 500_000))
"""Bytes of a unit and of a range."""
CORPORA: Final = (10**9, 10**11, 10**12, 10**14)
RUNS, RUN_ROWS, RUN_COLUMNS, RANGES_READ = 400, 4_096, 20, 40
LISTING_BYTES: Final = 1_600
"""Dump bytes for a listing of the sample."""


class Counted(NamedTuple):
    """What a build asked for."""

    units: int
    buckets: int
    tasks: int
    opens: int
    state_bytes: int
    release_bytes: int


class CountingRunner(LocalRunner):
    """A runner in this process that counts its units."""

    def __init__(self) -> None:
        super().__init__(1)
        self.tasks = 0

    def run(self, fn: Callable[[Any], Any], specs: Sequence[Any], **options: int) -> Iterator[Any]:
        """Run the units."""
        self.tasks += len(specs)
        return super().run(fn, specs, **options)


def count_tree_cpu() -> float:
    """Count the CPU seconds so far of this process and all below it, also of those that have ended."""
    ticks: dict[int, tuple[int, int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text("utf-8").rpartition(")")[2].split()
            ticks[int(stat.parent.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    tree = {int(Path("/proc/self").resolve().name)}
    while grown := {pid for pid, (parent, _) in ticks.items() if parent in tree} - tree:
        tree |= grown
    return sum(ticks[pid][1] for pid in tree) / 100


def measure_overhead(dumps: Path, place: Path) -> None:
    """Build on this machine's processes and on a cluster, and run units of no work on both."""
    ray = import_ray()
    from ray.cluster_utils import Cluster  # noqa: PLC0415 - an optional package

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    for _ in range(WORKERS):
        cluster.add_node(num_cpus=1)
    print("| runner | stage | CPU s | wall s |\n|---|---|---|---|")
    found: dict[str, str] = {}
    for name, runner in (("local", LocalRunner(WORKERS)), ("ray", RayRunner(address=cluster.address))):
        with runner:
            list(runner.run(abs, range(4 * WORKERS)))  # the workers start
            measure_units(name, runner)
            found[name] = measure_build(name, runner, dumps, place / name)
    print(f"\nthe same content_id: {len(set(found.values())) == 1}")
    ray.shutdown()
    cluster.shutdown()


def measure_units(name: str, runner: Runner) -> None:
    """Run units of no work, as many at a time as a build does."""
    cpu, wall = count_tree_cpu(), time.perf_counter()
    list(runner.run(abs, range(EMPTY_UNITS), max_in_flight=0, max_retries=0))
    cpu, wall = count_tree_cpu() - cpu, time.perf_counter() - wall
    print(f"| {name} | {EMPTY_UNITS:,} units of no work | {cpu:.1f} | {wall:.1f} |", flush=True)


def measure_build(name: str, runner: Runner, dumps: Path, place: Path) -> str:
    """Build, and say what it took; gives the content's id."""
    cpu, wall = count_tree_cpu(), time.perf_counter()
    release = build(Warehouse(place), InputOptions((dumps,)), runner=runner).release
    cpu, wall = count_tree_cpu() - cpu, time.perf_counter() - wall
    print(f"| {name} | the whole build | {cpu:.1f} | {wall:.1f} |", flush=True)
    return str(release.manifest["content_id"])


def count_build(dumps: Path, place: Path, unit_bytes: int, bucket_bytes: int) -> Counted:
    """Build with dumps cut so, in this process, and count."""
    units.UNIT_BYTES, runs.BUCKET_BYTES = unit_bytes, bucket_bytes  # type: ignore[misc]
    opened = 0
    read = runs._read  # noqa: SLF001 - every reading of runs goes through it

    def count(paths: Sequence[Path], *rest: Any) -> Any:  # noqa: ANN401 - as the other
        nonlocal opened
        opened += len(paths)
        return read(paths, *rest)

    runs._read = count  # noqa: SLF001
    runner = CountingRunner()
    try:
        report = build(Warehouse(place), InputOptions((dumps,)), runner=runner)
    finally:
        runs._read = read  # noqa: SLF001
    made = len(list((place / "state" / units.UNITS_NAME).iterdir()))
    buckets = int(report.receipts["extract"].metrics["buckets"])
    sizes = [measure_folder(folder) for folder in (place / "state", report.release.path)]
    return Counted(made, buckets, runner.tasks, opened, *sizes)


def tabulate_counts(dumps: Path, place: Path) -> None:
    """Print what builds ask for, cut in several ways."""
    size = measure_folder(dumps)
    print("| units | ranges | tasks | runs opened | per unit and range | state, bytes a byte | release, bytes a byte |")
    print("|---|---|---|---|---|---|---|")
    for number, (unit_bytes, bucket_bytes) in enumerate(CUTS):
        found = count_build(dumps, place / str(number), unit_bytes, bucket_bytes)
        each = found.opens / (found.units * found.buckets)
        sizes = f"{found.state_bytes / size:.2f} | {found.release_bytes / size:.2f}"
        print(
            f"| {found.units} | {found.buckets} | {found.tasks} | {found.opens:,} | {each:.1f} | {sizes} |", flush=True
        )


def measure_opens(place: Path) -> None:
    """Print what it costs to open a run and take one of very many ranges of it."""
    keys = [number * (1 << 64) // RUN_ROWS for number in range(RUN_ROWS)]
    texts = {f"text {number}": ["x" * 20] * RUN_ROWS for number in range(RUN_COLUMNS - 1)}
    rows = pl.DataFrame({"number": pl.Series(keys, dtype=pl.UInt64), **texts})
    for number in range(RUNS):
        runs.write_run(rows, place / f"{number:06d}.arrow", pl.col("number"))
    cpu = time.process_time()
    for number in range(RANGES_READ):
        runs.read_runs(place, runs.Bucket(number, runs.MAX_BUCKETS))
    each = (time.process_time() - cpu) / (RUNS * RANGES_READ)
    print(f"opening a run and taking a range of it: {each * 1e6:.0f} CPU microseconds, with the file in memory")


def tabulate_stated() -> None:
    """Print what the rules choose for corpora of many sizes, and what that costs by the figures of one gigabyte."""
    print("| dumps | units | ranges | dumps of a range, MB | CPU hours of work | of openings |")
    print("|---|---|---|---|---|---|")
    for size in CORPORA:
        limit = units.choose_limit(size, size // DUMP_BYTES).byte_count
        made, buckets = -(-size // limit), choose_bucket_count(size, size // LISTING_BYTES)
        hours = WORK_SECONDS * size / 1e9 / 3600, OPENINGS * buckets * made * OPENING_SECONDS / 3600
        print(
            f"| {size / 1e9:,.0f} GB | {made:,} | {buckets:,} | {size / buckets / 1e6:,.0f} | "
            f"{hours[0]:,.2f} | {hours[1]:,.2f} |"
        )


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("parts", nargs="*", default=["overhead", "counts", "opens", "stated"])
    parser.add_argument("--size", default="30MB", help="of the invented corpus, e.g. 100MB")
    options = parser.parse_args()
    size = int(float(options.size[:-2]) * UNITS[options.size[-2:]])
    with tempfile.TemporaryDirectory() as place:
        dumps = Path(place, "dumps")
        if set(options.parts) & {"overhead", "counts"}:
            write_sample(dumps, dumps=max(1, size // DUMP_BYTES), seed=7)
        if "overhead" in options.parts:
            measure_overhead(dumps, Path(place))
        if "counts" in options.parts:
            tabulate_counts(dumps, Path(place))
        if "opens" in options.parts:
            measure_opens(Path(place, "runs"))
    if "stated" in options.parts:
        tabulate_stated()


if __name__ == "__main__":
    main()
