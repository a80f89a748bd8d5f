"""One work unit of extraction: dumps, read in batches of a few MB, validated and written as sorted runs.

A unit is a pure function of its dumps and runs in any process; running it twice gives the same files.
"""

from __future__ import annotations

import contextlib
import gc
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from etl.batches import cut_batches
from etl.errors import PaperhouseError
from etl.extract.clean import SPAN_SCHEMA, CleanDumps, read_clean_dumps
from etl.extract.files import InputFile, read_file
from etl.extract.parse import ParsedDump, Quarantined, identify_dump, parse_dump
from etl.stages.mirror import UnitTransfer, find_sent_unit, send_unit
from etl.stages.runs import list_runs, merge_runs, remove_runs, write_run
from etl.stages.units import Limit, Unit, keep_unit, name_unit
from etl.transform.candidates import halve_id, list_pieces
from etl.transform.cards import LISTED, PRINTED_CARD_SCHEMA, RESOLVED, read_cards
from etl.transform.dates import make_date
from etl.version import PARSER_VERSION
from schemas import TABLES
from schemas.printed import MAX_QUARANTINE_TEXT_BYTES
from schemas.validation import split_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from etl.stages.units import Source
    from etl.store import Place

UNIT_TABLES: Final = ("cards", "pages", "dumps", "spans", "quarantine")

UNIT_RUNS: Final = (*UNIT_TABLES, "candidates", "pieces")
"""Runs that a unit writes: its tables, dump by dump, and the cards once more, by what they can be one paper with."""

BATCH: Final = Limit(16_000_000, 2_000)
"""Dumps that are worked on at once: more than these bytes of them are too much for one process."""

PAGE_SCHEMA: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "dump_id": pl.String,
    "page_number": pl.Int32,
    "layout": pl.String,
    "header_date_line": pl.String,
    "listing_count": pl.Int32,
    "quarantine_count": pl.Int32,
}
"""A page as extraction leaves it: its year is still open."""

_QUARANTINE_SCHEMA: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "dump_id": pl.String,
    "byte_start": pl.Int64,
    "byte_end": pl.Int64,
    "page_number": pl.Int32,
    "reason": pl.String,
    "detail": pl.String,
    "text": pl.String,
    "text_is_truncated": pl.Boolean,
}

_OPEN_COLUMNS: Final = frozenset({"paper_id", "page_on"})
"""Columns of the table listings that only later stages can fill."""


class DumpChangedError(PaperhouseError):
    """A dump whose bytes changed while the build ran."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: the file changed during the build; start the build again when it rests")


@dataclass(frozen=True)
class UnitSpec:
    """A unit's work: the dumps to read, the folder of all units, in which it is kept, and where it is sent to."""

    folder: str
    dumps: tuple[Source, ...]
    mirror: Place | None = None


def extract_unit(spec: UnitSpec) -> Unit:
    """Read a unit's dumps, batch by batch, and keep its runs.

    Errors: ``InputUnreadableError`` or :class:`DumpChangedError` if a dump is not what it was when it was collected.
    """
    dump_ids = tuple(dump_id for dump_id, *_ in spec.dumps)
    unit_id = name_unit(dump_ids)

    def write(folder: Path) -> Unit:
        sizes, listings = [], []
        raws = ((dump_id, _read_again(dump_id, path, name)) for dump_id, path, name in spec.dumps)
        for number, batch in enumerate(cut_batches(raws, lambda dump: len(dump[1]), *BATCH)):
            tables = make_unit_tables(dict(batch))
            write_runs(tables, folder, f"{number:06d}.arrow")
            sizes.append(int(tables["dumps"]["byte_count"].sum()))
            listings.append(tables["cards"].height)
        for run in UNIT_RUNS:
            merge_runs(list_runs(folder / run), folder / f"{run}.arrow")
            remove_runs(folder, run)
        return Unit(unit_id, dump_ids, sum(sizes), sum(listings))

    unit = keep_unit(Path(spec.folder), unit_id, write)
    if spec.mirror is not None:
        send_unit(UnitTransfer(Path(spec.folder, unit.unit_id), find_sent_unit(spec.mirror, unit.unit_id)))
    return unit


def make_unit_tables(raws: Mapping[str, bytes]) -> dict[str, pl.DataFrame]:
    """Read dumps, by their ids, into a unit's tables; listings that break a rule go to quarantine here, never later."""
    clean, parsed = read_dumps(raws)
    dumps = [*clean.dumps, *parsed]
    printed = pl.concat([clean.cards, _frame_cards(parsed)])
    cards, broken = _validate(read_cards(printed))
    quarantine = _frame_quarantine(dumps, broken, raws)
    spans = pl.concat([clean.spans, _frame_spans(parsed)])
    tables = {
        "cards": cards,
        "pages": _count_pages(dumps, cards, quarantine),
        "dumps": _count_dumps(dumps, cards, quarantine, spans),
        "spans": spans,
        "quarantine": quarantine.drop("page_number").with_columns(
            pl.lit(PARSER_VERSION, pl.Int32).alias("parser_version")
        ),
    }
    return {name: table.sort(table.columns[:2]) for name, table in tables.items()}


def read_dumps(raws: Mapping[str, bytes]) -> tuple[CleanDumps, list[ParsedDump]]:
    """Read dumps: clean ones on the fast path, all others by the parser; what comes out is the same."""
    with _pause_collector():
        clean = read_clean_dumps(raws)
        taken = {dump.dump_id for dump in clean.dumps}
        return clean, [parse_dump(raw, dump_id) for dump_id, raw in raws.items() if dump_id not in taken]


@contextlib.contextmanager
def _pause_collector() -> Iterator[None]:
    """Pause the collector of cycles, which would look through all lines again and again: the parser makes none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def write_runs(tables: Mapping[str, pl.DataFrame], folder: Path, name: str) -> None:
    """Write tables as runs by dump, and their cards once more by candidate and by piece, to ``folder/RUN/name``."""
    by_dump, by_candidate = halve_id("dump_id"), halve_id("alias_id")
    cards = tables["cards"]
    for table, whole in tables.items():
        rows = whole.select(LISTED) if table == "cards" else whole
        write_run(rows, folder / table / name, by_dump, *rows.columns[:2])
    write_run(cards.select(RESOLVED), folder / "candidates" / name, by_candidate, "alias_id", "dump_id", "position")
    write_run(list_pieces(cards), folder / "pieces" / name, pl.col("piece"), "alias")


def _read_again(dump_id: str, path: bytes, name: str) -> bytes:
    raw = read_file(InputFile(os.fsdecode(path), name))
    if identify_dump(raw) != dump_id:
        raise DumpChangedError(name)
    return raw


def _frame_cards(dumps: Iterable[ParsedDump]) -> pl.DataFrame:
    rows = [
        (dump.dump_id, listing.position, listing.page_number, *listing.card[:-1], list(listing.problems))
        for dump in dumps
        for listing in dump.listings
    ]
    return pl.DataFrame(rows, schema=PRINTED_CARD_SCHEMA, orient="row")


def _frame_spans(dumps: Iterable[ParsedDump]) -> pl.DataFrame:
    rows = [(dump.dump_id, *span) for dump in dumps for span in dump.spans]
    return pl.DataFrame(rows, schema=SPAN_SCHEMA, orient="row")


def _validate(cards: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part cards by the rules of the table listings, as far as its columns are known yet."""
    columns = [name for name in TABLES["listings"].to_schema().columns if name not in _OPEN_COLUMNS]
    printed_on = make_date(pl.col("year"), pl.col("month"), pl.col("day"))
    lacks_year = pl.col("month").is_not_null() & pl.col("year").is_null()
    probe = cards.with_columns(
        printed_on.alias("published_on"),
        pl.when(printed_on.is_not_null()).then(pl.lit("printed")).alias("published_year_basis"),
        pl.when(lacks_year)
        .then(pl.concat_list("problems", pl.lit("year_unknown")).list.sort())
        .otherwise("problems")
        .alias("problems"),
    ).select(columns)
    _, broken = split_rows(probe, TABLES["listings"], columns)
    key = ["dump_id", "position"]
    reasons = broken.select(*key, "rule_failures")
    return (
        cards.join(reasons, on=key, how="anti", maintain_order="left"),
        cards.join(reasons, on=key, how="inner", maintain_order="left"),
    )


def _frame_quarantine(dumps: Iterable[ParsedDump], broken: pl.DataFrame, raws: Mapping[str, bytes]) -> pl.DataFrame:
    """Frame what the parser could not read, and the cards that broke a rule."""
    columns = ("dump_id", "byte_start", "byte_end", "page_number", "rule_failures")
    broken_cards: defaultdict[str, list[Quarantined]] = defaultdict(list)
    for dump_id, start, end, page_number, failures in broken.select(columns).iter_rows():
        broken_cards[dump_id].append(Quarantined(start, end, page_number, "rule_failed", failures))
    rows = [
        _make_quarantine_row(dump, raws[dump.dump_id], span)
        for dump in dumps
        for span in (*dump.quarantine, *broken_cards[dump.dump_id])
    ]
    return pl.DataFrame(rows, schema=_QUARANTINE_SCHEMA, orient="row")


def _make_quarantine_row(dump: ParsedDump, raw: bytes, span: Quarantined) -> tuple[object, ...]:
    piece = raw[span.start : span.end]
    # A byte that is not of the encoding becomes three bytes of U+FFFD, so the limit is kept on the encoded text.
    text = piece[:MAX_QUARANTINE_TEXT_BYTES].decode(dump.encoding or "utf-8", "replace")
    kept = text.encode()[:MAX_QUARANTINE_TEXT_BYTES].decode("utf-8", "ignore")
    is_truncated = len(piece) > MAX_QUARANTINE_TEXT_BYTES or len(kept) < len(text)
    return (dump.dump_id, span.start, span.end, span.page_number, span.reason, span.detail, kept, is_truncated)


def _count_pages(dumps: Iterable[ParsedDump], cards: pl.DataFrame, quarantine: pl.DataFrame) -> pl.DataFrame:
    key = ["dump_id", "page_number"]
    rows = [(dump.dump_id, *page) for dump in dumps for page in dump.pages]
    names = ("dump_id", "page_number", "layout", "header_date_line")
    pages = pl.DataFrame(rows, schema={name: PAGE_SCHEMA[name] for name in names}, orient="row")
    return (
        pages.join(cards.group_by(key).len("listing_count"), on=key, how="left")
        .join(quarantine.group_by(key).len("quarantine_count"), on=key, how="left")
        .with_columns(pl.col("listing_count", "quarantine_count").fill_null(0))
        .select(pl.col(name).cast(dtype) for name, dtype in PAGE_SCHEMA.items())
    )


def _count_dumps(
    dumps: Iterable[ParsedDump], cards: pl.DataFrame, quarantine: pl.DataFrame, spans: pl.DataFrame
) -> pl.DataFrame:
    """Close the byte ledger: how many bytes of each dump have which role."""
    rows = [
        (dump.dump_id, dump.byte_count, dump.encoding, dump.status, dump.reason, len(dump.pages), PARSER_VERSION)
        for dump in dumps
    ]
    names = ("dump_id", "byte_count", "encoding", "status", "reason", "page_count", "parser_version")
    schema = {name: column.dtype.type for name, column in TABLES["dumps"].to_schema().columns.items()}
    length = (pl.col("byte_end") - pl.col("byte_start")).sum()
    counted = pl.DataFrame(rows, schema={name: schema[name] for name in names}, orient="row")
    ledger = (
        cards.group_by("dump_id").agg(pl.len().alias("listing_count"), length.alias("listing_bytes")),
        quarantine.group_by("dump_id").agg(pl.len().alias("quarantine_count"), length.alias("quarantine_bytes")),
        spans.filter(pl.col("role") == "chrome").group_by("dump_id").agg(length.alias("chrome_bytes")),
        spans.filter(pl.col("role") == "blank").group_by("dump_id").agg(length.alias("blank_bytes")),
    )
    for part in ledger:
        counted = counted.join(part, on="dump_id", how="left")
    return counted.with_columns(pl.col("^(listing|quarantine|chrome|blank)_(count|bytes)$").fill_null(0)).select(
        pl.col(name).cast(dtype) for name, dtype in schema.items()
    )
