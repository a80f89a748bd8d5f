"""What is true of a sample, as Parquet beside its dumps: the judge of whatever reads them.

Only what the writer of the dumps knows stands here; nothing is read back from their bytes.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.parquet as pq

from etl.sample.crawl import Kind
from etl.sample.golden import Sighting, make_golden_record
from etl.sample.pages import REPEAT_DISTANCES
from etl.sample.papers import PAPERS_PER_PAGE
from etl.sample.render import render_header_date

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Self

    from etl.sample.cards import Card
    from etl.sample.crawl import Page
    from etl.sample.render import Rendered

ROWS_PER_GROUP: Final = 2048

_PRINTED: Final = [
    pa.field("author_count", pa.int32()),
    pa.field("organization_handle", pa.string()),
    pa.field("organization_name", pa.string()),
]
RECORDS: Final = pa.schema(
    [
        pa.field("dump", pa.string(), nullable=False),
        pa.field("position", pa.int32(), nullable=False),
        pa.field("byte_start", pa.int64(), nullable=False),
        pa.field("byte_end", pa.int64(), nullable=False),
        pa.field("paper", pa.int64(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("abstract", pa.string(), nullable=False),
        *_PRINTED,
        pa.field("date_line", pa.string()),
        pa.field("comment_count", pa.int32()),
        pa.field("published_on", pa.date32()),
        pa.field("year_is_printed", pa.bool_(), nullable=False),
        pa.field("has_footer", pa.bool_(), nullable=False),
        pa.field("is_damaged", pa.bool_(), nullable=False),
    ]
)
PAPERS: Final = pa.schema(
    [
        pa.field("paper", pa.int64(), nullable=False),
        pa.field("listing_count", pa.int32(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("abstract_sha256", pa.string(), nullable=False),
        *_PRINTED,
        pa.field("comment_count", pa.int32()),
        pa.field("published_on", pa.date32()),
        pa.field("year_is_printed", pa.bool_(), nullable=False),
        pa.field("is_damaged", pa.bool_(), nullable=False),
        pa.field("other_titles", pa.list_(pa.string()), nullable=False),
        pa.field("other_abstract_sha256s", pa.list_(pa.string()), nullable=False),
        pa.field("other_comment_counts", pa.list_(pa.int32()), nullable=False),
    ]
)
DUMPS: Final = pa.schema(
    [
        pa.field("dump", pa.string(), nullable=False),
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("byte_count", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("page_on", pa.date32(), nullable=False),
        pa.field("header_date_line", pa.string(), nullable=False),
        pa.field("listing_count", pa.int32(), nullable=False),
        pa.field("footer_count", pa.int32(), nullable=False),
    ]
)
TABLES: Final = {"records": RECORDS, "papers": PAPERS, "dumps": DUMPS}

LONGEST_WAIT: Final = max(REPEAT_DISTANCES)
"""After so many more pages no page lists a page's own papers again."""


class TableWriter:
    """Writes rows to a Parquet file, a row group at a time."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._schema = schema
        self._rows: list[tuple[object, ...]] = []
        self._file = pq.ParquetWriter(path, schema, compression="zstd", compression_level=1, use_dictionary=["dump"])

    def add(self, row: tuple[object, ...]) -> None:
        """Add a row: its values in the order of the schema."""
        self._rows.append(row)
        if len(self._rows) >= ROWS_PER_GROUP:
            self._write_group()

    def close(self) -> None:
        """Write what is left and end the file."""
        if self._rows:
            self._write_group()
        self._file.close()

    def _write_group(self) -> None:
        columns = zip(*self._rows, strict=True)
        arrays = [pa.array(values, field.type) for values, field in zip(columns, self._schema, strict=True)]
        self._file.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._rows.clear()


class TruthWriter:
    """Writes the three tables of the truth while the dumps are written; holds no more than the last few pages."""

    def __init__(self, folder: Path) -> None:
        self.listing_count = 0
        self.paper_count = 0
        self.byte_count = 0
        self._records, self._papers, self._dumps = (
            TableWriter(folder / f"{name}.parquet", schema) for name, schema in TABLES.items()
        )
        self._waiting: dict[int, dict[int, list[Sighting]]] = {}

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Write the papers that were still waiting, and end the files."""
        for page_index in sorted(self._waiting):
            self._write_papers(page_index)
        for table in (self._records, self._papers, self._dumps):
            table.close()

    def add_dump(self, page: Page, cards: Sequence[Card], rendered: Rendered) -> None:
        """Write a dump's rows; dumps come in the order of their numbers."""
        digest = _hash(rendered.raw)
        day = None if page.kind is Kind.PLAIN else page.page_on
        for position, (card, place) in enumerate(zip(cards, rendered.places, strict=True)):
            self._records.add(_make_record(page.name, position, place, card))
            own_page = self._waiting.setdefault(card.paper // PAPERS_PER_PAGE, {})
            own_page.setdefault(card.paper, []).append(_see(card, day, digest, position))
        footer_count = sum(card.has_footer for card in cards)
        counts = (len(cards), footer_count)
        header_day = render_header_date(page)
        self._dumps.add((page.name, digest, len(rendered.raw), page.kind.value, page.page_on, header_day, *counts))
        self.listing_count += len(cards)
        self.byte_count += len(rendered.raw)
        self._write_papers(page.number - LONGEST_WAIT)

    def _write_papers(self, page_index: int) -> None:
        """Write the golden records of a page's own papers, all of whose listings are known by now."""
        papers = self._waiting.pop(page_index, {})
        for number in sorted(papers):
            self._papers.add(make_golden_record(papers[number]))
        self.paper_count += len(papers)


def _see(card: Card, day: dt.date | None, dump_sha256: str, position: int) -> Sighting:
    return Sighting(
        card.paper,
        card.title,
        _hash(card.abstract.encode()),
        card.author_count,
        card.organization,
        card.comment_count,
        card.published_on,
        card.year_is_printed,
        card.is_damaged,
        day,
        dump_sha256,
        position,
    )


def _make_record(dump: str, position: int, place: tuple[int, int], card: Card) -> tuple[object, ...]:
    handle, name = card.organization or (None, None)
    return (
        dump,
        position,
        *place,
        card.paper,
        card.title,
        card.abstract,
        card.author_count,
        handle,
        name,
        card.date_line,
        card.comment_count,
        card.published_on,
        card.year_is_printed,
        card.has_footer,
        card.is_damaged,
    )


def _hash(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
