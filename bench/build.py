"""How much a build costs beside what has to be done anyway and what people would write first, and what a change costs.

    make bench [SIZE=1GB] [ROUNDS=5] [PARTS=stages]
    python bench/build.py [jobs] [stages] [profile] [workers] [changes] [tiny] --size 100MB --rounds 3 [--write]

Invents a corpus, builds it, and runs the rivals of ``bench/rivals.py``, all in turn, round after round; then builds
once more stage by stage, and after small changes. Prints medians: CPU seconds of all processes, wall seconds, the
largest process's memory. ``--write`` keeps them in bench/results/build.md, which ``make docs`` shows.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import platform
import pstats
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa

HERE: Final = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]  # bench/ is no package

from etl.runners import MEMORY_VARIABLES  # noqa: E402 - after the path is set

os.environ.update(MEMORY_VARIABLES)  # as the command does, and before polars is imported

from changes import measure_changes, measure_tiny  # noqa: E402
from jobs import Bench, remove_warehouse  # noqa: E402
from measure import Used, count_session_cpu, measure_folder, run_measured  # noqa: E402

from etl.load.warehouse import Warehouse  # noqa: E402
from etl.pipeline import NoProgress, build  # noqa: E402
from etl.runners.local import LocalRunner  # noqa: E402
from etl.sample import write_sample  # noqa: E402
from etl.stages import parts  # noqa: E402
from etl.stages.collect import InputOptions  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RESULTS: Final = HERE / "results" / "build.md"
DUMP_BYTES: Final = 106_000
"""What a dump of the sample has on average."""
PACKED_DUMPS: Final = 1_000
"""Dumps by which it is measured how well they shrink."""
UNITS: Final = {"MB": 10**6, "GB": 10**9}


def compare(bench: Bench, rounds: int) -> dict[str, list[Used]]:
    """Run the build and its rivals in turn, so many times."""
    jobs: dict[str, Callable[[], Used]] = {
        "build, all tables": bench.build_anew,
        "floor job": bench.run_floor,
        "plain script": lambda: bench.run_rival("plain"),
        "DuckDB alone": lambda: bench.run_rival("duckdb"),
    }
    found: dict[str, list[Used]] = {name: [] for name in jobs}
    for number in range(rounds):
        for name, job in jobs.items():
            found[name].append(job())
            print(f"round {number + 1}: {name}: {found[name][-1].cpu:.1f} CPU s", file=sys.stderr, flush=True)
    return found


def tabulate_jobs(found: dict[str, list[Used]]) -> Iterator[str]:
    """Tabulate medians, and the median of the ratios within a round."""
    yield "| job | CPU s | wall s | largest process, MiB | the build's CPU against it |\n|---|---|---|---|---|"
    ours, *_ = found.values()
    for name, runs in found.items():
        cpu, wall, peak = (statistics.median(values) for values in zip(*((*run[:3],) for run in runs), strict=True))
        ratio = statistics.median(one.cpu / other.cpu for one, other in zip(ours, runs, strict=True))
        yield f"| {name} | {cpu:.1f} | {wall:.1f} | {peak:.0f} | {ratio:.2f} |"


class StageWatch(NoProgress):
    """Progress that counts what each stage used, all processes together."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._stage, self._since = "", 0.0

    def start(self, stage: str) -> None:
        """Count the stage before, and begin with the next one."""
        now = count_session_cpu()
        self.seconds[self._stage] = now - self._since
        self._stage, self._since = stage, now


def print_stages(dumps: Path, warehouse: Path, workers: int, part_bytes: int) -> None:
    """Build in this process, and print as JSON what each stage used."""
    os.setsid()
    parts.PART_BYTES = part_bytes  # type: ignore[misc] - to see what smaller files cost
    watch = StageWatch()
    with LocalRunner(workers) as runner:
        build(Warehouse(warehouse), InputOptions((dumps,)), runner=runner, progress=watch)
        watch.start("end")
    print(json.dumps(watch.seconds))


def profile_stages(bench: Bench, workers: int, part_bytes: int) -> Iterator[str]:
    """Tabulate what each stage of a build uses."""
    remove_warehouse(bench.warehouse)
    sizes = (str(workers), str(part_bytes))
    used = run_measured(sys.executable, __file__, "--stages", bench.dumps, bench.warehouse, *sizes)
    seconds = json.loads(used.printed)
    yield "| stage | CPU s | share |\n|---|---|---|"
    names = {"": "start of the program"}
    for stage, cpu in seconds.items():
        yield f"| {names.get(stage, stage)} | {cpu:.1f} | {100 * cpu / sum(seconds.values()):.0f} % |"
    room = measure_folder(bench.warehouse) / sum(path.stat().st_size for path in bench.dumps.glob("*.txt"))
    yield (
        f"| all | {used.cpu:.1f} | {used.wall:.0f} s on the clock, {used.peak_mib:.0f} MiB in the largest process, "
        f"{room:.2f} bytes on the disk for one of the dumps |"
    )


PROFILED: Final = {
    "bytes to cards": ("extract/clean.py", "read_clean_dumps"),
    "keys of titles and abstracts": ("transform/keys.py", "add_keys"),
    "dates and footers": ("transform/dates.py", "parse_date_lines"),
    "pieces of abstracts": ("transform/candidates.py", "list_pieces"),
    "pairs of candidates": ("transform/candidates.py", "find_blocks"),
    "folding texts to compare": ("transform/observations.py", "fold_prints"),
    "comparing pairs": ("transform/identify.py", "compare_pairs"),
    "dating pages": ("transform/years.py", "date_by_evidence"),
    "golden records": ("transform/golden.py", "make_papers"),
    "links": ("transform/links.py", "find_links"),
    "writing runs": ("stages/runs.py", "write_run"),
    "reading runs": ("stages/runs.py", "_read"),
    "pandera": ("validation.py", "find_failures"),
    "writing tables": ("load/tables.py", "write_table"),
    "hashing of contents": ("load/content.py", "_hash_rows"),
    "gates": ("load/gates.py", "check_gates"),
    "documents": ("load/documents.py", "write_documents"),
}
"""Steps of a build by the function that does each; none of them calls another."""


def print_profile(dumps: Path, warehouse: Path) -> None:
    """Build in this process alone, and print as JSON how long each step took."""
    profile = cProfile.Profile()
    profile.runcall(build, Warehouse(warehouse), InputOptions((dumps,)), runner=LocalRunner(1))
    stats = pstats.Stats(profile)
    times = {
        label: sum(
            entry[3]
            for (path, _, name), entry in stats.stats.items()  # type: ignore[attr-defined]
            if name == function and path.endswith(place)
        )
        for label, (place, function) in PROFILED.items()
    }
    print(json.dumps({**times, "all else": stats.total_tt - sum(times.values())}))  # type: ignore[attr-defined]


def profile_steps(bench: Bench) -> Iterator[str]:
    """Tabulate what the steps of a build take on the clock of one process; a profile makes each somewhat slower."""
    remove_warehouse(bench.warehouse)
    used = run_measured(sys.executable, __file__, "--profile", bench.dumps, bench.warehouse)
    seconds = json.loads(used.printed)
    yield "| step | s | share |\n|---|---|---|"
    for step, cpu in sorted(seconds.items(), key=lambda entry: -entry[1]):
        yield f"| {step} | {cpu:.1f} | {100 * cpu / sum(seconds.values()):.0f} % |"


def compare_workers(bench: Bench, rounds: int) -> Iterator[str]:
    """Tabulate a build by one worker and by two, each in turn, and the start of the command alone."""
    houses = {1: Bench(bench.dumps.parent, 1), 2: Bench(bench.dumps.parent, 2)}
    found: dict[int, list[Used]] = {workers: [] for workers in houses}
    helped: list[Used] = []
    for _ in range(rounds):
        for workers, one in houses.items():
            found[workers].append(one.build_anew())
        helped.append(run_measured(sys.executable, "-m", "etl.cli", "--help"))
    yield "| job | CPU s | wall s | wall against one worker |\n|---|---|---|---|"
    for workers, runs in found.items():
        cpu, wall = (statistics.median(run[field] for run in runs) for field in (0, 1))
        ratio = statistics.median(run.wall / alone.wall for run, alone in zip(runs, found[1], strict=True))
        yield f"| build, workers: {workers} | {cpu:.1f} | {wall:.1f} | {ratio:.2f} |"
    cpu, wall = (statistics.median(run[field] for run in helped) for field in (0, 1))
    yield f"| `paperhouse --help` | {cpu:.2f} | {wall:.2f} | |"


def measure_packing(dumps: Path) -> tuple[int, float]:
    """Measure the corpus, and how many times smaller Zstandard makes the first dumps of it at level 3."""
    paths = sorted(dumps.glob("*.txt"))
    packed = pa.BufferOutputStream()
    with pa.CompressedOutputStream(packed, "zstd") as stream:
        for path in paths[:PACKED_DUMPS]:
            stream.write(path.read_bytes())
    size = sum(path.stat().st_size for path in paths[:PACKED_DUMPS])
    return sum(path.stat().st_size for path in paths), size / packed.getvalue().size


def read_size(text: str) -> int:
    """Read a size such as 100MB or 1GB."""
    return int(float(text[:-2]) * UNITS[text[-2:].upper()])


def describe_machine() -> str:
    """Say what the figures were taken on."""
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return f"{len(os.sched_getaffinity(0))} cores of {model}, Python {platform.python_version()}"


PARTS: Final = {
    "jobs": "A build beside its rivals",
    "stages": "What each stage takes",
    "profile": "What the steps of a build take",
    "workers": "One worker and two, and no work at all",
    "changes": "After small changes",
    "tiny": "Very many files",
}
"""What can be measured, and under which title it stands among the results."""


def measure_part(part: str, bench: Bench, options: argparse.Namespace) -> str:
    """Measure one part, as a section with the command that measures it again."""
    rows: dict[str, Callable[[], Iterator[str]]] = {
        "jobs": lambda: tabulate_jobs(compare(bench, options.rounds)),
        "stages": lambda: profile_stages(bench, options.workers, options.part_bytes),
        "profile": lambda: profile_steps(bench),
        "workers": lambda: compare_workers(bench, options.rounds),
        "changes": lambda: measure_changes(bench, options.rounds, options.seed),
        "tiny": lambda: measure_tiny(bench, options.rounds, options.tiny),
    }
    table = "\n".join(rows[part]())
    if part == "tiny":
        corpus, options_told = "", f"--tiny {options.tiny}"
    else:
        size, packing = measure_packing(bench.dumps)
        corpus = f" over {size / 1e6:,.0f} MB of invented dumps, which Zstandard makes {packing:.1f} times smaller"
        options_told = f"--size {options.size}"
    command = (
        f"python bench/build.py {part} {options_told} --rounds {options.rounds} --workers {options.workers} --write"
    )
    return f"### {PARTS[part]}\n\n{table}\n\n`{command}`{corpus}, on {describe_machine()}.\n"


def keep_section(section: str) -> None:
    """Put a section into the results, in the place of the one before."""
    sections = dict.fromkeys(PARTS.values(), "")
    for text in ([] if not RESULTS.is_file() else RESULTS.read_text("utf-8").split("### ")[1:]) + [section[4:]]:
        sections[text.partition("\n")[0]] = f"### {text.strip()}\n"
    RESULTS.write_text("\n".join(text for text in sections.values() if text), encoding="utf-8")


def main() -> None:
    """Invent, measure, print."""
    if sys.argv[1:2] == ["--stages"]:
        print_stages(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
        return
    if sys.argv[1:2] == ["--profile"]:
        print_profile(Path(sys.argv[2]), Path(sys.argv[3]))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"what to measure: {', '.join(PARTS)}; else all")
    parser.add_argument("--size", default="1GB", help="of the corpus, e.g. 100MB or 1GB")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--tiny", type=int, default=20_000, help="files of the build over very many")
    parser.add_argument("--part-bytes", type=int, default=parts.PART_BYTES, help="of dumps to a file of papers")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--folder", type=Path, help="a folder to keep the corpus in; else a temporary one")
    parser.add_argument("--write", action="store_true", help="keep the results in bench/results/build.md")
    options = parser.parse_args()
    if set(options.parts) - PARTS.keys():
        parser.error(f"a part is one of {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory() as temporary:
        bench = Bench((options.folder or Path(temporary)).resolve() / options.size, options.workers)
        if not bench.dumps.is_dir():
            write_sample(bench.dumps, dumps=max(1, read_size(options.size) // DUMP_BYTES), seed=options.seed)
            shutil.rmtree(bench.dumps / "_truth")  # a third of the dumps, and nothing here looks at it
        for part in options.parts or PARTS:
            section = measure_part(part, bench, options)
            print(section, flush=True)
            if options.write:
                keep_section(section)
        bench.clear()


if __name__ == "__main__":
    main()
