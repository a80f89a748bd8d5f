"""Measures how much hangs on each threshold of identity, on the half of the papers that the rules were fixed on.

    python bench/thresholds.py [--dumps ../shared/dumps]

Each threshold of etl/transform/scores.py is moved by itself, and the wrong decisions on the hard pairs are counted: a
threshold in the middle of a stretch without errors is safe, one at its edge is not. Only the rules are asked, not
whether two listings are compared at all.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import polars as pl  # noqa: E402 - after the path is set
from quality import SEED, read_records  # noqa: E402

from etl.transform import equal_titles, other_titles, scores, verdicts  # noqa: E402
from etl.transform.keys import add_keys  # noqa: E402
from etl.transform.likeness import compare  # noqa: E402
from etl.transform.observations import OBSERVED, fold_prints, gather_prints, read_observations  # noqa: E402
from tests.hard_pairs import is_held_out, make_invented_pairs, make_pairs  # noqa: E402
from tests.hard_pairs.judge import RECORD_SCHEMA  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from etl.transform.verdicts import Observation
    from tests.hard_pairs import Pair

SHIFTS = (-100, -50, -25, 0, 25, 50, 100)
MODULES = (scores, verdicts, equal_titles, other_titles)
MAX_PERMILLE = 1000

Case = tuple["Observation", "Observation", bool]


def observe_pairs(pairs: Sequence[Pair]) -> list[Case]:
    """Make what the rules look at of each pair; pairs of equal texts are decided without them and left out."""
    rows = [{name: row[name] for name in RECORD_SCHEMA} for pair in pairs for row in (pair.left, pair.right)]
    cards = add_keys(pl.DataFrame(rows, schema=RECORD_SCHEMA)).with_row_index("alias_no")
    alone = cards.with_columns(pl.col("alias_no").cast(pl.String).str.zfill(32).alias("alias_id"))
    seen = dict(read_observations(fold_prints(gather_prints(alone.select(OBSERVED)))))
    ids, aliases = alone["alias_id"].to_list(), cards["alias_id"].to_list()
    return [
        (seen[ids[2 * number]], seen[ids[2 * number + 1]], pair.is_same)
        for number, pair in enumerate(pairs)
        if aliases[2 * number] != aliases[2 * number + 1]
    ]


def count_errors(cases: Sequence[Case]) -> tuple[int, int]:
    """Count false merges and missed ones."""
    wrong = [(is_same, bool(compare(left, right).rule)) for left, right, is_same in cases]
    return sum(not is_same and merged for is_same, merged in wrong), sum(
        is_same and not merged for is_same, merged in wrong
    )


def render(cases: Sequence[Case]) -> Iterator[str]:
    """Render a row per threshold: false merges + missed ones at each shift."""
    yield f"False merges + missed ones among {len(cases)} pairs, with one threshold moved by so many permille."
    yield ""
    yield f"| threshold | value | {' | '.join(f'{shift:+}' for shift in SHIFTS)} |"
    yield f"| --- | ---: |{' ---: |' * len(SHIFTS)}"
    for name, value in list(vars(scores).items()):
        if name.isupper() and not name.startswith(("_", "MIN")) and isinstance(value, int):
            counts = [count_at(cases, name, value + shift) for shift in SHIFTS]
            yield f"| `{name}` | {value} | {' | '.join(counts)} |"


def count_at(cases: Sequence[Case], name: str, value: int) -> str:
    """Count the errors with one threshold at another value."""
    before = getattr(scores, name)
    holders = [module for module in MODULES if hasattr(module, name)]
    try:
        for module in holders:
            setattr(module, name, min(value, MAX_PERMILLE + 1))
        false, missed = count_errors(cases)
    finally:
        for module in holders:
            setattr(module, name, before)
    return f"{false} + {missed}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--dumps", type=Path, default=ROOT.parent / "shared" / "dumps", help="folder with rendered_truth"
    )
    options = parser.parse_args()
    records = [record for record in read_records(options.dumps) if not is_held_out(record)]
    for line in render(observe_pairs([*make_pairs(records, seed=SEED), *make_invented_pairs()])):
        print(line)


if __name__ == "__main__":
    main()
