"""Power cuts at each call of a publication, and of a whole build: what is left, and whether work can go on from it.

    python tests/faults/power.py [--images 8] [--builds 4] [--without-flush]

The calls of a publication are followed on the model of a disk in ``tests/faults/disk.py``; at each of them the power
is cut, and images of what may be left are drawn: the worst one, the one with all names and no bytes, and random ones.
In each of them ``current`` must lead to a whole release, and to the new one as soon as that was told. ``--builds`` cuts
a whole build at so many calls, puts the image that is left in the place of the warehouse, and builds again, which must
end in the same release. Prints the counters as JSON, and each violation.
"""

from __future__ import annotations

import argparse
import json
import os
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
from tests.faults.disk import Disk, Image  # noqa: E402
from tests.faults.press import VARIANTS, Press, take_flushing_away  # noqa: E402
from tests.faults.watch import KILL  # noqa: E402
from tests.faults.whole import list_faults  # noqa: E402

if TYPE_CHECKING:
    from tests.faults.seccomp import Call

WORST: Final = (0.0, 0.0)
EMPTIED: Final = (1.0, 0.0)
"""All names and none of the bytes: what a file system without ordered writes leaves."""
RANDOM: Final = (0.5, 0.5)


class PowerCuts:
    """A publication on a disk whose power may go at any of its calls."""

    def __init__(self, press: Press, images: int) -> None:
        self.press = press
        self.odds = [WORST, EMPTIED, *[RANDOM] * (images - 2)]
        self.chance = Random("power")  # noqa: S311 - no secret
        self.counts: Counter[str] = Counter()
        self.violations: list[str] = []

    def run(self) -> None:
        """Publish the second variant over the first, and cut the power at every call."""
        first, second = (self.press.release_ids[sign] for sign in VARIANTS)
        self.press.run(VARIANTS[0])
        remove_folder(self.press.warehouse.releases / second)
        disk = Disk(self.press.warehouse.root, unsafe="state")

        def decide(call: Call, number: int) -> int:
            self.counts["cuts"] += 1
            self._judge_images(disk, f"cut at call {number} ({call})", {first, second})
            disk.apply(call)
            return 0

        outcome = self.press.run(VARIANTS[1], decide, scope="writing")
        if outcome.answer != {"release_id": second}:
            self.violations.append(f"the publication came to {outcome.answer}")
        self._judge_images(disk, "cut after the release was told", {second})

    def _judge_images(self, disk: Disk, where: str, allowed: set[str]) -> None:
        for names, data in self.odds:
            self.counts["images"] += 1
            image = disk.draw_image(self.chance, names, data)
            self.violations += [f"{where}: {problem}" for problem in self._judge(image, allowed)]

    def _judge(self, image: Image, allowed: set[str]) -> list[str]:
        target = image.get("current")
        if not isinstance(target, str):
            return ["current is not there"]
        release_id = target.rpartition("/")[2]
        self.counts["images with the new release"] += release_id == self.press.release_ids[VARIANTS[1]]
        if release_id not in allowed:
            return [f"current leads to {target}"]
        prefix = f"{target}/"
        files = {name.removeprefix(prefix): data for name, data in image.items() if name.startswith(prefix)}
        found = {name: data for name, data in files.items() if isinstance(data, bytes)}
        if found.get("paperhouse.duckdb") != self.press.catalogs[release_id]:
            return ["the DuckDB file is torn"]
        return list_faults(found, release_id)


def write_image(image: Image, folder: Path) -> None:
    """Write what a power cut left to a folder."""
    folder.mkdir()
    for name, content in image.items():
        path = folder / name
        if content is None:
            path.mkdir()
        elif isinstance(content, str):
            path.symlink_to(content)
        else:
            path.write_bytes(content)


def cut_builds(folder: Path, count: int) -> list[str]:
    """Cut the power in whole builds, and build again from what is left."""
    builds = SmallBuilds(Warehouse(folder / "warehouse"), folder / "dumps")
    wanted = builds.run(0).answer
    total = len(builds.run(1, lambda _, __: 0, scope="writing").calls)
    violations = []
    for number in range(count):
        place = (number + 1) * total // (count + 1)
        image = _cut_build(builds, place, EMPTIED if number % 2 else RANDOM)
        remove_folder(builds.warehouse.root)
        write_image(image, builds.warehouse.root)
        for edition, release in ((1, None), (0, wanted)):
            again = builds.run(edition).answer or {}
            if "release_id" not in again or (release and again != release):
                violations.append(f"build {edition} after a cut at call {place} came to {again}")
    return violations


def _cut_build(builds: SmallBuilds, place: int, odds: tuple[float, float]) -> Image:
    """Build one edition, then the other until a call; gives what is left when the power is cut there."""
    remove_folder(builds.warehouse.root)
    builds.run(0)
    disk = Disk(builds.warehouse.root)
    images: list[Image] = []

    def decide(call: Call, number: int) -> int:
        if number == place:
            images.append(disk.draw_image(Random(place), *odds))  # noqa: S311 - no secret
            return KILL
        disk.apply(call)
        return 0

    builds.run(1, decide, scope="writing")
    return images[0]


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=8, help="how many images of what may be left of each cut")
    parser.add_argument("--builds", type=int, default=4, help="how many cuts of whole builds")
    parser.add_argument("--without-flush", action="store_true", help="take flushing away, to show that it is missed")
    options = parser.parse_args()
    if options.without_flush:
        take_flushing_away()
    with tempfile.TemporaryDirectory(prefix="paperhouse-power-") as name:
        folder = Path(name)
        violations = cut_builds(folder, options.builds) if options.builds else []
        cuts = PowerCuts(Press(Warehouse(folder / "press")), options.images)
        cuts.run()
        remove_folder(folder / "press")
        remove_folder(folder / "warehouse")
    counts = {**cuts.counts, "cut builds": options.builds}
    print(json.dumps({"counts": counts, "violations": violations + cuts.violations}, indent=1))  # noqa: T201
    return int(bool(violations or cuts.violations))


if __name__ == "__main__":
    sys.exit(main())
