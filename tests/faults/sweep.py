"""One fault at each file-system call of a publication, and what that came to.

    python tests/faults/sweep.py [--calls writing|opening|reading] [--real-catalog] [--once] [--lasting] [--part 0/1]

``writing`` are the calls that change something, ``opening`` the ones that only open, ``reading`` all of them. For each
call and each fault the publication of a release runs until that call, which then fails with EIO, ENOSPC or EACCES, or
never comes back since the process is killed. ``--once`` tries one of the faults at each call, in turn. With
``--lasting`` the disk is full (ENOSPC for all that needs room) or read-only (EROFS for all that writes) from that call
on, until the publication has ended. After each of them

- ``current`` leads to a whole release, the one before or the new one, and to the new one if that was told;
- whoever was told of an error was told in one sentence;
- the next publication succeeds, and leaves ``staging/`` empty and the log complete.

Prints the counters as JSON, and each violation.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

ROOT = Path(__file__).resolve().parents[2]
os.environ["POLARS_MAX_THREADS"] = "1"
sys.path.insert(0, str(ROOT))  # tests/ is no installed package

from etl.load.files import remove_folder  # noqa: E402
from etl.load.log import read_log  # noqa: E402
from etl.load.warehouse import Warehouse  # noqa: E402
from tests.faults.press import VARIANTS, Press  # noqa: E402
from tests.faults.seccomp import OPENING, is_writing  # noqa: E402
from tests.faults.watch import KILL, Outcome  # noqa: E402
from tests.faults.whole import list_current_faults  # noqa: E402

if TYPE_CHECKING:
    from tests.faults.seccomp import Call
    from tests.faults.watch import Decide

FAULTS: Final = {"KILL": KILL, "EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "EACCES": errno.EACCES}
LASTING: Final = {"full disk": errno.ENOSPC, "read-only disk": errno.EROFS}
_NEED_NO_ROOM: Final = frozenset({"unlink", "unlinkat", "rmdir", "chmod", "fchmod", "fchmodat", "flock", "utimensat"})
_WRITE_NOTHING: Final = frozenset({"flock", "fsync", "fdatasync"})
SCOPES: Final = ("writing", "opening", "reading")
_OF_DUCKDB: Final = "fsync failed"
"""What DuckDB says of an EIO while it flushes, in place of the system's reason."""
_CATALOG_NAME: Final = ".paperhouse.duckdb.new"


class Sweep:
    """Faults at the calls of publications that replace one release by another, in a warehouse that holds both."""

    def __init__(self, press: Press, *, scope: str, real_catalog: bool, is_each_once: bool, is_lasting: bool) -> None:
        self.press = press
        self.scope = scope
        self.real_catalog = real_catalog
        self.is_each_once = is_each_once
        self.faults = LASTING if is_lasting else FAULTS
        self.counts: Counter[str] = Counter()
        self.violations: list[str] = []

    def run(self, part: int, parts: int) -> None:
        """Try every fault at every call, or at every ``parts``-th of these pairs from ``part`` on."""
        self._publish_next(lambda _, __: 0)
        calls = [place for place, call in enumerate(self._publish_next(lambda _, __: 0).calls) if self._is_meant(call)]
        self.counts["calls"] = len(calls)
        pairs = [(place, name) for place in calls for name in self.faults]
        if self.is_each_once:
            pairs = [(place, list(self.faults)[turn % len(self.faults)]) for turn, place in enumerate(calls)]
        for place, name in pairs[part::parts]:
            self._try_fault(place, name)

    def _is_meant(self, call: Call) -> bool:
        if self.real_catalog:
            return any(_CATALOG_NAME in path for path in call.paths)
        return self.scope != "opening" or (call.name in OPENING and not is_writing(call))

    def _publish_next(self, decide: Decide) -> Outcome:
        """Publish the variant that is not the current one, as if it had never been published."""
        current = (self.press.warehouse.current).readlink().name
        (sign,) = (sign for sign in VARIANTS if self.press.release_ids[sign] != current)
        remove_folder(self.press.warehouse.releases / self.press.release_ids[sign])
        return self.press.run(sign, decide, scope=self.scope, real_catalog=self.real_catalog)

    def _try_fault(self, place: int, name: str) -> None:
        old = self.press.warehouse.current.readlink().name
        outcome = self._publish_next(lambda call, number: _choose_fault(call, number - place, name))
        (sign,) = (sign for sign in VARIANTS if self.press.release_ids[sign] != old)
        self.counts["faults"] += 1
        where = f"{name} at call {place} ({outcome.faulted})"
        problems = [*_judge_answer(outcome, name), *self._judge_current(outcome, old, self.press.release_ids[sign])]
        self.counts[_name_ending(outcome)] += 1
        again = self.press.run(sign)
        problems += self._judge_recovery(again, self.press.release_ids[sign])
        self.violations += [f"{where}: {problem}" for problem in problems]

    def _judge_current(self, outcome: Outcome, old: str, new: str) -> list[str]:
        found = list_current_faults(self.press.warehouse.root)
        if found:
            return found
        current = self.press.warehouse.current.readlink().name
        answer = outcome.answer or {}
        is_told = "release_id" in answer or answer.get("kind") == "CommitUncertainError"
        if current not in {old, new}:
            return [f"current is {current}"]
        if is_told and current != new:
            return ["a release was told of and is not the current one"]
        if answer.get("kind") == "PublishFailedError" and current != old:
            return ["nothing was said to be published, and the release is the current one"]
        return []

    def _judge_recovery(self, again: Outcome, new: str) -> list[str]:
        house = self.press.warehouse
        if (again.answer or {}).get("release_id") != new:
            return [f"the next publication came to {again.answer}"]
        problems = list_current_faults(house.root)
        if house.current.readlink().name != new:
            problems.append("the next publication is not the current release")
        if list(house.staging.iterdir()):
            problems.append("staging was not swept")
        if {folder.name for folder in house.releases.iterdir()} != set(self.press.release_ids.values()):
            problems.append("releases are left that nobody published")
        if read_log(house)[-1]["release_id"] != new:
            problems.append("the log does not end with the current release")
        return problems


def _choose_fault(call: Call, late: int, name: str) -> int:
    """Choose what happens to a call that comes so many calls after the one that is meant."""
    if name in FAULTS:
        return FAULTS[name] if late == 0 else 0
    spared = _NEED_NO_ROOM if name == "full disk" else _WRITE_NOTHING
    return LASTING[name] if late >= 0 and call.name not in spared else 0


def _name_ending(outcome: Outcome) -> str:
    if outcome.is_hung:
        return "hangs"
    if outcome.answer is None:
        return "killed"
    return "published" if "release_id" in outcome.answer else "refused"


def _judge_answer(outcome: Outcome, name: str) -> list[str]:
    """Tell what is wrong with what the publisher said: dead men say nothing, all others a release or a sentence."""
    answer = outcome.answer
    if outcome.is_hung:
        return ["it hung"]
    if outcome.faulted is None and name in FAULTS:
        return ["the call did not come"]
    if name == "KILL" or answer is None:
        return [] if answer is None and name == "KILL" else [f"it came to {answer}"]
    if "surprise" in answer:
        return [f"it raised {answer['surprise']}"]
    sentence = answer.get("error", "")
    says_why = not sentence or any(why in sentence for why in (os.strerror((FAULTS | LASTING)[name]), _OF_DUCKDB))
    return [] if says_why and "\n" not in sentence else [f"it said {sentence!r}"]


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", choices=SCOPES, default="writing", help="which calls fail")
    parser.add_argument("--real-catalog", action="store_true", help="only the calls with which DuckDB writes its file")
    parser.add_argument("--once", action="store_true", help="one fault at each call, all of them in turn")
    parser.add_argument("--lasting", action="store_true", help="a disk that is full or read-only from a call on")
    parser.add_argument("--part", default="0/1", help="every second pair of call and fault, from the first: 0/2")
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    with tempfile.TemporaryDirectory(prefix="paperhouse-sweep-") as folder:
        press = Press(Warehouse(Path(folder) / "warehouse"))
        sweep = Sweep(
            press,
            scope=options.calls,
            real_catalog=options.real_catalog,
            is_each_once=options.once,
            is_lasting=options.lasting,
        )
        sweep.run(part, parts)
        remove_folder(Path(folder) / "warehouse")
    print(json.dumps({"counts": dict(sweep.counts), "violations": sweep.violations}, indent=1))  # noqa: T201
    return int(bool(sweep.violations))


if __name__ == "__main__":
    sys.exit(main())
