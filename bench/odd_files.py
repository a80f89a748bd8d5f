"""Read what is no dump at all, and measure that it costs little: the largest and the most files that anybody may name.

    python bench/odd_files.py [--megabytes 200] [--files 100000]

A line of 200 MB is read as a work unit of its own, in a process whose peak memory must stay within 1 GiB, and a build
must reject it. A folder of 100,000 tiny files is built, which must name each of them in the table inputs. Ends with 1
if any of it is not so.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 1024
PAGE = """\
new

Get trending papers in your email inbox!

Subscribe

Daily Papers

byAK and the research community

Oct 29

The Only Card of This Folder

We show one card among many files that hold none, and find it again.

  • 3 authors
·
Jul 10, 2023
"""
READ = """
import sys
from pathlib import Path
from etl.stages.work_unit import make_unit_tables
tables = make_unit_tables({"0" * 32: Path(sys.argv[1]).read_bytes()})
print(*tables["dumps"].select("status", "reason").row(0))
"""


def run(*arguments: str) -> tuple[str, float]:
    """Run Python in a child process: what it said, and the peak memory of the largest child so far in MiB."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603 - our own command
    return done.stdout + done.stderr, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**10


def build(landing: Path, warehouse: Path) -> str:
    """Build in a child process; returns what it said."""
    return run("-m", "etl.cli", "build", str(landing), "--warehouse", str(warehouse))[0]


def try_long_line(folder: Path, megabytes: int) -> bool:
    """Read a page and a file of one line; tell whether the line was rejected within the limit."""
    landing = folder / "long"
    landing.mkdir()
    (landing / "page.txt").write_text(PAGE, encoding="utf-8")
    with (landing / "line.txt").open("wb") as file:
        for _ in range(megabytes):
            file.write(b"all work and no play" * 50_000)
    said, peak = run("-c", READ, str(landing / "line.txt"))
    is_rejected = "rejected layout_unknown" in said
    is_told = "REJECTED line.txt: layout_unknown" in build(landing, folder / "long_warehouse")
    is_good = is_rejected and is_told and peak <= LIMIT
    print(f"a line of {megabytes} MB: {said.strip()}, peak {peak:,.0f} MiB of {LIMIT}: {'good' if is_good else 'BAD'}")
    return is_good


def try_many_files(folder: Path, count: int) -> bool:
    """Build from a page and many files of a few bytes; tell whether all of them were accounted for."""
    import polars as pl  # noqa: PLC0415 - the parent stays small, so that the child's memory is what is measured

    landing = folder / "many"
    landing.mkdir()
    (landing / "page.txt").write_text(PAGE, encoding="utf-8")
    for number in range(count):
        (landing / f"{number:06d}.txt").write_text(f"note {number}\n", encoding="utf-8")
    build(landing, folder / "many_warehouse")
    named = pl.read_parquet(folder / "many_warehouse" / "current" / "inputs" / "*.parquet").height
    is_good = named == count + 1
    print(f"{count:,} files beside a page: {named:,} inputs: {'good' if is_good else 'BAD'}")
    return is_good


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=200, help="how long the line is")
    parser.add_argument("--files", type=int, default=100_000, help="how many tiny files")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        results = [try_long_line(Path(name), options.megabytes), try_many_files(Path(name), options.files)]
    return int(not all(results))


if __name__ == "__main__":
    sys.exit(main())
