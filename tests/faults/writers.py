"""Several processes that publish in one warehouse at the same time, each a few times over.

    python tests/faults/writers.py [--writers 4] [--times 3]

All wait for the lock but the last one, which gives up at once where another holds it. Prints as JSON what each of them
was told, what was wrong at the end, and the log.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
os.environ["POLARS_MAX_THREADS"] = "1"
sys.path.insert(0, str(ROOT))  # tests/ is no installed package

from etl.errors import PaperhouseError  # noqa: E402
from etl.load.files import remove_folder  # noqa: E402
from etl.load.log import read_log  # noqa: E402
from etl.load.warehouse import Warehouse  # noqa: E402
from tests.faults.press import VARIANTS, Press  # noqa: E402
from tests.faults.whole import list_current_faults  # noqa: E402


def write(press: Press, number: int, times: int, *, wait: bool, said: Path) -> None:
    """Publish a few times, one variant and the other, and write down what was told."""
    answers = []
    for turn in range(times):
        try:
            answers.append(press.publish_here(VARIANTS[(number + turn) % 2], wait=wait))
        except PaperhouseError as error:
            answers.append(str(error))
    said.write_text(json.dumps(answers), "utf-8")
    os._exit(0)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writers", type=int, default=4, help="how many processes")
    parser.add_argument("--times", type=int, default=3, help="how many publications of each")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paperhouse-writers-") as name:
        folder = Path(name)
        press = Press(Warehouse(folder / "warehouse"))
        house = press.warehouse
        files = [folder / f"{number}.json" for number in range(options.writers)]
        children = []
        for number, said in enumerate(files):
            child = os.fork()
            if child == 0:
                write(press, number, options.times, wait=number + 1 < options.writers, said=said)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)
        found = {
            "answers": [json.loads(said.read_text("utf-8")) for said in files],
            "release_ids": list(press.release_ids.values()),
            "faults": [*list_current_faults(house.root), *map(str, house.staging.iterdir())],
            "log": [line["release_id"] for line in read_log(house)],
            "current": house.current.readlink().name,
        }
        remove_folder(house.root)
    print(json.dumps(found, indent=1))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
