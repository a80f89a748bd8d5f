"""Publications and builds that are killed at random calls while readers read, and what that came to.

    python tests/faults/kills.py [--count 50] [--builds 2] [--readers 2] [--seed 0]

A process changes the disk by its system calls alone, so a kill is told by the call that it comes before; that call is
drawn at random from all file-system calls on the warehouse, and from some behind the last one, where the publication
ends and tells its release. One kill in ten hits a publication whose DuckDB file is really made. ``--builds`` of the
kills hit whole builds, from the dump to the release. Prints the counters as JSON, and each violation.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

ROOT = Path(__file__).resolve().parents[2]
os.environ["POLARS_MAX_THREADS"] = "1"
sys.path.insert(0, str(ROOT))  # tests/ is no installed package

from etl.load.files import remove_folder  # noqa: E402
from etl.load.warehouse import Warehouse  # noqa: E402
from tests.faults.builds import SmallBuilds  # noqa: E402
from tests.faults.press import VARIANTS, Press  # noqa: E402
from tests.faults.watch import KILL  # noqa: E402
from tests.faults.whole import list_current_faults, list_faults, read_files  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.watch import Decide, Outcome

READER: Final = ROOT / "tests" / "faults" / "reader.py"
REAL_CATALOG_EVERY: Final = 10
_LATE: Final = 1.1
"""Calls are drawn from so many times those that there are: what is behind the last one ends well."""


class Readers:
    """Processes that read the current release all the time."""

    def __init__(self, warehouse: Warehouse, parking: Path, count: int) -> None:
        command = [sys.executable, str(READER), str(warehouse.root), str(parking)]
        self._parking = os.open(parking, os.O_RDWR | os.O_CREAT, 0o644)
        self._processes = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(count)
        ]
        for process in self._processes:
            assert process.stdout
            process.stdout.readline()

    def remove(self, release: Path) -> None:
        """Remove a release while nobody reads."""
        fcntl.flock(self._parking, fcntl.LOCK_EX)
        remove_folder(release)
        fcntl.flock(self._parking, fcntl.LOCK_UN)

    def end(self) -> Counter[str]:
        """Let the readers end, and add up what they saw."""
        os.close(self._parking)
        seen: Counter[str] = Counter()
        for process in self._processes:
            said, _ = process.communicate()
            seen.update(json.loads(said.splitlines()[-1]))
        return seen


class Kills:
    """Kills at random calls, and the counters of what was found after each."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self.counts: Counter[str] = Counter(dict.fromkeys(("kills", "told", "committed", "torn", "lost", "hangs"), 0))
        self.violations: list[str] = []

    def kill_publications(self, press: Press, readers: Readers, count: int) -> None:
        """Kill publications that replace one release by another."""
        house = press.warehouse
        totals = {real: self._count_calls(press, readers, real=real) for real in (True, False)}
        for number in range(count):
            sign = self._make_room(press, readers)
            real = number % REAL_CATALOG_EVERY == 0
            self._kill(
                lambda decide, sign=sign, real=real: press.run(sign, decide, real_catalog=real), totals[real], house
            )
        if press.run(VARIANTS[0]).answer is None or list(house.staging.iterdir()):
            self.violations.append("the last publication did not mend all")

    def kill_builds(self, builds: SmallBuilds, count: int) -> None:
        """Kill whole builds, each of a page that was not built before."""
        total = len(builds.run(1, lambda _, __: 0).calls)
        for number in range(count):
            self._kill(lambda decide, edition=2 + number: builds.run(edition, decide), total, builds.warehouse)
        if not builds.run(2 + count).answer or list(builds.warehouse.staging.iterdir()):
            self.violations.append("the last build did not mend all")

    def _count_calls(self, press: Press, readers: Readers, *, real: bool) -> int:
        return len(press.run(self._make_room(press, readers), lambda _, __: 0, real_catalog=real).calls)

    def _make_room(self, press: Press, readers: Readers) -> str:
        """Remove the release that is not the current one, and name its variant."""
        current = press.warehouse.current.readlink().name
        (sign,) = (sign for sign in VARIANTS if press.release_ids[sign] != current)
        readers.remove(press.warehouse.releases / press.release_ids[sign])
        return sign

    def _kill(self, run: Callable[[Decide], Outcome], total: int, house: Warehouse) -> None:
        told = house.current.readlink().name
        place = self._chance.randrange(int(total * _LATE))
        outcome = run(lambda _, number: KILL if number == place else 0)
        self.counts["kills"] += outcome.faulted is not None
        self.counts["told"] += outcome.answer is not None
        self.counts["hangs"] += outcome.is_hung
        where = f"kill at call {place} ({outcome.faulted})"
        faults = list_current_faults(house.root)
        self.counts["torn"] += bool(faults)
        current = house.current.readlink().name
        new = (outcome.answer or {}).get("release_id", told)
        before = list_faults(read_files(house.releases / told), told)
        is_lost = bool(before) or (outcome.answer is not None and current != new)
        self.counts["lost"] += is_lost
        self.counts["committed"] += current != told
        self.violations += [f"{where}: {fault}" for fault in [*faults, *before]]
        if is_lost or outcome.is_hung:
            self.violations.append(f"{where}: it came to {outcome.answer}, current is {current}")


def run_kills(folder: Path, count: int, builds: int, readers: int, chance: Random) -> tuple[Counter[str], list[str]]:
    """Kill publications and builds in a folder; gives counters and violations."""
    kills = Kills(chance)
    small = SmallBuilds(Warehouse(folder / "builds"), folder / "dumps")
    small.run(0)
    watching = Readers(small.warehouse, folder / "builds.parking", readers)
    kills.kill_builds(small, builds)
    seen = watching.end()
    press = Press(Warehouse(folder / "press"))
    watching = Readers(press.warehouse, folder / "press.parking", readers)
    kills.kill_publications(press, watching, count - builds)
    seen.update(watching.end())
    for warehouse in (small.warehouse, press.warehouse):
        remove_folder(warehouse.root)
    violations = [f"{seen[name]} reads were {name}" for name in ("mixed", "torn", "lost") if seen[name]]
    kills.counts.update({name if name == "reads" else f"{name} reads": number for name, number in seen.items()})
    return kills.counts, kills.violations + violations


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=50, help="how many publications and builds to kill")
    parser.add_argument("--builds", type=int, default=2, help="how many of these are whole builds")
    parser.add_argument("--readers", type=int, default=2, help="how many processes read meanwhile")
    parser.add_argument("--seed", default="0", help="other seeds kill at other calls")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paperhouse-kills-") as folder:
        chance = Random(f"kills {options.seed}")  # noqa: S311 - no secret
        counts, violations = run_kills(Path(folder), options.count, options.builds, options.readers, chance)
    print(json.dumps({"counts": counts, "violations": violations}, indent=1))  # noqa: T201
    return int(bool(violations))


if __name__ == "__main__":
    sys.exit(main())
