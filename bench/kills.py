"""Kill publications and builds thousands of times while readers read, and count what was not whole.

    python bench/kills.py [--count 5000] [--builds 100] [--workers 2] [--seed 0]

Each worker has warehouses and readers of its own; see tests/faults/kills.py for what is killed and what is counted.
Ends with 1 if anything was mixed, torn, lost or hung.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "tests" / "faults" / "kills.py"
COUNTERS = {
    "kills": "processes killed before one of their file-system calls",
    "told": "publications that were to be killed behind their last call, and told their release",
    "committed": "times `current` had moved",
    "reads": "reads of several tables of the current release meanwhile",
    "mixed reads": "reads whose tables were not of one release",
    "torn reads": "reads of a file that was not as the manifest says",
    "lost reads": "reads that found no release",
    "torn": "times the current release was not whole after a kill",
    "lost": "releases that were told and then not there",
    "hangs": "publications that never ended",
}


def share(total: int, workers: int) -> list[int]:
    """Split work into nearly equal shares.

    >>> share(5, 2)
    [3, 2]
    """
    return [total // workers + (number < total % workers) for number in range(workers)]


def render_counts(counts: Counter[str]) -> str:
    """Render the counters as a Markdown table."""
    rows = [f"| {text} | {counts[name]:,} |" for name, text in COUNTERS.items()]
    return "\n".join(["| what | count |", "|---|--:|", *rows, ""])


def run_kills(total: int, builds: int, workers: int, seed: str) -> tuple[Counter[str], list[str]]:
    """Kill in several processes; gives the counters and the violations of all."""
    processes = [
        subprocess.Popen(  # noqa: S603 - our own interpreter with our own words
            [
                *(sys.executable, str(WORK), "--readers", "1", "--seed", f"{seed}:{number}"),
                *("--count", str(count), "--builds", str(count_builds)),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        for number, (count, count_builds) in enumerate(zip(share(total, workers), share(builds, workers), strict=True))
    ]
    counts: Counter[str] = Counter()
    violations: list[str] = []
    for process in processes:
        said, _ = process.communicate()
        found = json.loads(said) if said else {"counts": {}, "violations": ["a worker died"]}
        counts.update(found["counts"])
        violations += found["violations"]
    return counts, violations


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=5000, help="how many kills")
    parser.add_argument("--builds", type=int, default=100, help="how many of them hit whole builds")
    parser.add_argument("--workers", type=int, default=2, help="how many processes kill")
    parser.add_argument("--seed", default="0", help="other seeds kill at other calls")
    options = parser.parse_args()
    counts, violations = run_kills(options.count, options.builds, options.workers, options.seed)
    print("\n".join([render_counts(counts), *violations]))
    return int(bool(violations))


if __name__ == "__main__":
    sys.exit(main())
