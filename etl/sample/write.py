"""Writing a sample: the note first, then dump by dump, then the truth under its own name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from etl.sample.cards import ORGANIZATIONS_SINCE, print_cards
from etl.sample.crawl import plan_page
from etl.sample.errors import SampleNumberError
from etl.sample.names import HUB_HOST, MIRROR_HOST
from etl.sample.pages import DAMAGED_PAGE, MAX_CARDS, MIN_CARDS
from etl.sample.readme import write_note
from etl.sample.render import render_page
from etl.sample.target import open_target
from etl.sample.truth import TruthWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAX_DUMPS: Final = 999_999
MAX_SEED: Final = 2**63 - 1

_WORLD: Final[dict[str, object]] = {
    "mirror": MIRROR_HOST,
    "hub": HUB_HOST,
    "organizations_since": ORGANIZATIONS_SINCE,
    "damaged_page": DAMAGED_PAGE,
}


@dataclass(frozen=True)
class SampleReport:
    """What was written: where, and how many dumps, cards, distinct papers and bytes of dumps."""

    folder: Path
    dump_count: int
    listing_count: int
    paper_count: int
    byte_count: int


def write_sample(
    out: Path,
    *,
    dumps: int,
    seed: int,
    cards_per_dump: int | None = None,
    on_dump: Callable[[int], None] | None = None,
) -> SampleReport:
    """Write invented dumps into a folder, with the truth and a note beside them.

    Writes ``out/page-*.txt``, ``out/_truth/{records,papers,dumps}.parquet`` and ``out/README.md``. An earlier sample in
    ``out`` is replaced. The dumps' bytes follow from ``seed``, ``cards_per_dump`` and each dump's number alone; without
    ``cards_per_dump`` the number differs from page to page. ``on_dump`` is told how many dumps are written so far.
    Memory stays the same however many dumps there are.
    Errors: ``SampleNumberError`` for numbers out of range; ``SampleTargetError`` for a place that is not a new or empty
            folder or an earlier sample, or that cannot be written.
    """
    _check_number("number of dumps", dumps, 1, MAX_DUMPS)
    _check_number("seed", seed, 0, MAX_SEED)
    if cards_per_dump is not None:
        _check_number("cards per dump", cards_per_dump, MIN_CARDS, MAX_CARDS)
    note = write_note(dumps=dumps, seed=seed, cards_per_dump=cards_per_dump, world=_WORLD)
    with open_target(out, note) as truth_folder, TruthWriter(truth_folder) as truth:
        for index in range(dumps):
            page = plan_page(seed, index)
            cards = list(print_cards(seed, page, cards_per_dump))
            rendered = render_page(page, cards)
            (out / page.name).write_bytes(rendered.raw)
            truth.add_dump(page, cards, rendered)
            if on_dump is not None:
                on_dump(index + 1)
    return SampleReport(out, dumps, truth.listing_count, truth.paper_count, truth.byte_count)


def _check_number(what: str, given: int, lowest: int, highest: int) -> None:
    if not lowest <= given <= highest:
        raise SampleNumberError(what, given, lowest, highest)
