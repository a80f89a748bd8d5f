"""Try every fault of tests/faults/ and write the counters to docs/reliability.md.

    python bench/faults.py [--kills 5250] [--builds 105] [--workers 2] [--seed 0] [--images 50] [--cut-builds 20]
                           [--state FILE]

Ends with 1, and writes nothing, if anything was violated. With ``--state`` what is done is kept in a file, so that a
run that was interrupted goes on where it was, as long as the code is the same.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from kills import render_counts, run_kills, share  # noqa: E402

from etl.version import fingerprint_code  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- written by bench/faults.py -->\n", "<!-- end -->\n"
CHUNKS = 21
"""Kills are kept in so many parts."""
SWEEPS = {
    "a kill, EIO, ENOSPC or EACCES at a call that writes": (),
    "the same at a call that opens a file to read it": ("--calls", "opening"),
    "a kill, EIO, ENOSPC or EACCES at a call with which DuckDB writes its file": ("--real-catalog",),
    "a disk full or read-only from a call on": ("--lasting",),
}


class Memory:
    """What was found by earlier runs of the same code, in a file if one is named."""

    def __init__(self, path: Path | None) -> None:
        """Read the file, if it is there."""
        self._path = path
        known = json.loads(path.read_text("utf-8")) if path is not None and path.exists() else {}
        self._found: dict[str, Any] = known.get(fingerprint_code(), {})

    def recall(self, what: str, find: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Give what was found, or find it now and keep it."""
        if what not in self._found:
            self._found[what] = find()
            if self._path is not None:
                self._path.write_text(json.dumps({fingerprint_code(): self._found}), "utf-8")
        found: dict[str, Any] = self._found[what]
        print("\n".join([f"{what}: {found['counts']}", *found["violations"]]), flush=True)
        return found


def start(script: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a script of tests/faults."""
    command = [sys.executable, str(ROOT / "tests" / "faults" / script), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 - our own scripts


def finish(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """Wait for a script and read what it prints."""
    said, _ = process.communicate()
    found: dict[str, Any] = json.loads(said)
    return found


def sweep(*arguments: str, workers: int) -> dict[str, Any]:
    """Sweep in several processes, each of which takes its part of the faults; gives the sum of what they found."""
    parts = [start("sweep.py", *arguments, "--part", f"{part}/{workers}") for part in range(workers)]
    found = [finish(part) for part in parts]
    return {
        "counts": {"faults": sum(one["counts"]["faults"] for one in found)},
        "violations": [violation for one in found for violation in one["violations"]],
    }


def kill(count: int, builds: int, workers: int, seed: str) -> dict[str, Any]:
    """Kill so many times; gives counters and violations."""
    counts, violations = run_kills(count, builds, workers, seed)
    return {"counts": dict(counts), "violations": violations}


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=5250, help="how many kills; one in 25 comes too late")
    parser.add_argument("--builds", type=int, default=105, help="how many of them hit whole builds")
    parser.add_argument("--workers", type=int, default=2, help="how many processes kill")
    parser.add_argument("--seed", default="0", help="other seeds kill at other calls")
    parser.add_argument("--images", type=int, default=50, help="how many images of each power cut")
    parser.add_argument("--cut-builds", type=int, default=20, help="how many power cuts of whole builds")
    parser.add_argument("--state", type=Path, help="a file that keeps what is done, to go on from")
    options = parser.parse_args()
    memory = Memory(options.state)
    sweeps = {
        what: memory.recall(what, partial(sweep, *arguments, workers=options.workers))
        for what, arguments in SWEEPS.items()
    }
    cuts = ["--images", str(options.images), "--builds", str(options.cut_builds)]
    power = memory.recall(" ".join(["power cuts", *cuts]), lambda: finish(start("power.py", *cuts)))
    kills: Counter[str] = Counter()
    violations: list[str] = []
    shares = zip(share(options.kills, CHUNKS), share(options.builds, CHUNKS), strict=True)
    for number, (count, builds) in enumerate(shares):
        arguments = (count, builds, options.workers, f"{options.seed}:{number}")
        found = memory.recall(f"kills {arguments}", partial(kill, *arguments))
        kills.update(found["counts"])
        violations += found["violations"]
    violations += [violation for found in (*sweeps.values(), power) for violation in found["violations"]]
    rows = [f"| {what} | {found['counts']['faults']:,} | 0 |" for what, found in sweeps.items()]
    rows += [
        f"| a power cut: images of what may be left of a publication | {power['counts']['images']:,} | 0 |",
        f"| a power cut in a whole build | {power['counts']['cut builds']:,} | 0 |",
    ]
    table = "\n".join(["| fault | tried | violations |", "|---|--:|--:|", *rows, ""])
    print("\n".join([render_counts(kills), table, *violations]))
    if not violations:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        text = f"{before}{BEGIN}\n{render_counts(kills)}\n{table}\n{END}{after}"
        PAGE.write_text(text, encoding="utf-8", newline="\n")
    return int(bool(violations))


if __name__ == "__main__":
    sys.exit(main())
