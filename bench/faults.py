"""Try every fault of tests/faults/ and write the counters to docs/reliability.md.

    python bench/faults.py [--kills 5000] [--builds 100] [--workers 2] [--seed 0] [--images 50] [--cut-builds 20]

Ends with 1, and writes nothing, if anything was violated.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))

from kills import render_counts, run_kills  # noqa: E402

PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- written by bench/faults.py -->\n", "<!-- end -->\n"
SWEEPS = {
    "a kill, EIO, ENOSPC or EACCES at a call that writes": (),
    "the same at a call that opens a file to read it": ("--calls", "opening"),
    "a kill, EIO, ENOSPC or EACCES at a call with which DuckDB writes its file": ("--real-catalog",),
    "a disk full or read-only from a call on": ("--lasting",),
}


def start(script: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a script of tests/faults."""
    command = [sys.executable, str(ROOT / "tests" / "faults" / script), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 - our own scripts


def finish(process: subprocess.Popen[bytes], what: str) -> dict[str, Any]:
    """Wait for a script and read what it prints."""
    said, _ = process.communicate()
    found: dict[str, Any] = json.loads(said)
    print("\n".join([f"{what}: {found['counts']}", *found["violations"]]), flush=True)
    return found


def sweep(what: str, *arguments: str, workers: int) -> dict[str, Any]:
    """Sweep in several processes, each of which takes its part of the faults; gives the sum of what they found."""
    parts = [start("sweep.py", *arguments, "--part", f"{part}/{workers}") for part in range(workers)]
    found = [finish(part, what) for part in parts]
    return {
        "counts": {"faults": sum(one["counts"]["faults"] for one in found)},
        "violations": [violation for one in found for violation in one["violations"]],
    }


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=5000, help="how many kills")
    parser.add_argument("--builds", type=int, default=100, help="how many of them hit whole builds")
    parser.add_argument("--workers", type=int, default=2, help="how many processes kill")
    parser.add_argument("--seed", default="0", help="other seeds kill at other calls")
    parser.add_argument("--images", type=int, default=50, help="how many images of each power cut")
    parser.add_argument("--cut-builds", type=int, default=20, help="how many power cuts of whole builds")
    options = parser.parse_args()
    sweeps = {what: sweep(what, *arguments, workers=options.workers) for what, arguments in SWEEPS.items()}
    cuts = start("power.py", "--images", str(options.images), "--builds", str(options.cut_builds))
    power = finish(cuts, "power cuts")
    kills, violations = run_kills(options.kills, options.builds, options.workers, options.seed)
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
