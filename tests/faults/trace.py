"""The file-system calls of one publication, in order, with which files the release then has.

    python tests/faults/trace.py [--real-catalog] [--without-flush]

Prints as JSON the calls that change something, as name and paths; the release's files and folders; and, told by the
model of a disk in ``tests/faults/disk.py``, what a power cut could have taken at the commit and at the end, and where
the model and the disk differ. ``--without-flush`` shows that the trace tells when flushes are missing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[2]
os.environ["POLARS_MAX_THREADS"] = "1"
sys.path.insert(0, str(ROOT))  # tests/ is no installed package

from etl.load.files import remove_folder  # noqa: E402
from etl.load.warehouse import Warehouse  # noqa: E402
from tests.faults.disk import Disk  # noqa: E402
from tests.faults.press import VARIANTS, Press, take_flushing_away  # noqa: E402

if TYPE_CHECKING:
    from tests.faults.seccomp import Call


def trace_publication(press: Press, *, real_catalog: bool) -> dict[str, Any]:
    """Publish one release over another, and tell how it went; paths are relative to the warehouse."""
    house = press.warehouse
    press.run(VARIANTS[0])
    remove_folder(house.releases / press.release_ids[VARIANTS[1]])
    disk = Disk(house.root, unsafe="state")
    unsafe: list[str] = []

    def decide(call: Call, _: int) -> int:
        if call.name.startswith("rename") and call.paths[1] == str(house.current):
            unsafe.extend([path for path in ("releases",) if disk.is_pending(path)])
            unsafe.extend(disk.list_unsafe(f"releases/{press.release_ids[VARIANTS[1]]}"))
        disk.apply(call)
        return 0

    outcome = press.run(VARIANTS[1], decide, scope="writing", real_catalog=real_catalog)
    folder = house.current.resolve()
    on_disk = {path.relative_to(house.root).as_posix() for path in house.root.rglob("*")}
    return {
        "answer": outcome.answer,
        "calls": [(call.name, [os.path.relpath(path, house.root) for path in call.paths]) for call in outcome.calls],
        "files": [path.relative_to(house.root).as_posix() for path in (folder, *folder.rglob("*"))],
        "unsafe_at_commit": unsafe,
        "unsafe_at_end": [path for path in (".",) if disk.is_pending(path)],
        "unlike": sorted(disk.list_names() ^ on_disk),
    }


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real-catalog", action="store_true", help="let DuckDB really write its file")
    parser.add_argument("--without-flush", action="store_true", help="take flushing of files and folders away")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paperhouse-trace-") as folder:
        press = Press(Warehouse(Path(folder) / "warehouse"))
        if options.without_flush:
            take_flushing_away()
        print(json.dumps(trace_publication(press, real_catalog=options.real_catalog), indent=1))  # noqa: T201
        remove_folder(press.warehouse.root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
