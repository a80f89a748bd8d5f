"""Check a release against its raw dumps without any of the project's code.

    python tests/check_tiling.py RELEASE DUMPS...

RELEASE is the folder of a release, DUMPS are the files and folders it was built from.
Prints one line per violation and ends with 0 if there is none, else with 1. What is checked:

- a dump's id is the hash of its bytes, and each file given stands in ``dumps``;
- listings, spans and quarantine of a dump tile its bytes: no gap, no overlap, no edge inside a character;
- the bytes of each role add up to the sums in ``dumps``, blank spans are blank, a listing starts with its title;
- the footers that a scan of the bytes finds are those of the listings, stand in quarantine, or only look like one;
- ``listing_count`` adds up from papers, pages and dumps alike.

Needs pyarrow. Imports nothing of ``etl`` and ``schemas`` on purpose: it must not share their mistakes.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Row = dict[str, Any]

MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
FOOTER_START = re.compile(rf"{MONTH}|\d", re.IGNORECASE)
WHOLE_DATE_LINE = re.compile(rf"{MONTH}\s+\d{{1,2}}(?:,\s*\d{{4}})?(?:\s+[\d.,]+k?)?", re.IGNORECASE)
AUTHOR_LINE = re.compile(r"•\s*\d+ authors?", re.IGNORECASE)
DOT = "\u00b7"
LINE_END = re.compile(rb"\r\n|\n|\r")
BYTE_ORDER_MARK = "\ufeff"


class Segment(NamedTuple):
    """Bytes ``[start, end)`` of a dump, and what a published table says they are."""

    start: int
    end: int
    role: str
    row: Row


class Line(NamedTuple):
    """A line that is not blank: bytes ``[start, end)`` up to its last visible one, text without outer white space."""

    start: int
    end: int
    text: str


class Footer(NamedTuple):
    """Bytes ``[start, end)`` of a dot's line and the line below; an author line or a whole date prove it a footer."""

    start: int
    end: int
    date_line: str
    is_proven: bool


def check_release(release: Path, dumps: Iterable[Path]) -> list[str]:
    """List what is wrong in a release, one sentence each; an empty list means that all is well."""
    tables = {
        name: read_table(release, name) for name in ("dumps", "pages", "papers", "listings", "spans", "quarantine")
    }
    raw_paths, violations = hash_files(find_files(dumps), read_table(release, "inputs"))
    segments = gather_segments(tables)
    known = {row["dump_id"] for row in tables["dumps"]}
    violations += [f"{path}: its bytes stand in no row of dumps" for key, path in raw_paths.items() if key not in known]
    violations += [f"dump {key}: has rows in other tables but none in dumps" for key in sorted(set(segments) - known)]
    for dump in tables["dumps"]:
        path = raw_paths.get(dump["dump_id"])
        if path is None:
            violations.append(f"dump {dump['dump_id']}: no file given has these bytes")
        else:
            violations += [
                f"{path}: {found}" for found in check_dump(dump, path.read_bytes(), segments[dump["dump_id"]])
            ]
    return violations + list(check_counts(tables))


def read_table(release: Path, table: str) -> list[Row]:
    """Read all rows of a published table, file by file in the order of their names."""
    files = sorted((release / table).glob("*.parquet"))
    return [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]


def find_files(paths: Iterable[Path]) -> list[Path]:
    """List the files given, and those below the folders given; hidden files, ``_*`` and ``*.md`` are no dumps."""
    files: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        for file in sorted(path.rglob("*")):
            names = file.relative_to(path).parts
            is_dump = not any(name.startswith((".", "_")) or name.lower().endswith(".md") for name in names)
            if is_dump and file.is_file() and not file.is_symlink():
                files.append(file)
    return files


def hash_files(files: Iterable[Path], inputs: Sequence[Row]) -> tuple[dict[str, Path], list[str]]:
    """Find each dump's file by its hash; a file that cannot be read is a violation unless ``inputs`` says so."""
    paths: dict[str, Path] = {}
    violations: list[str] = []
    admitted = tuple(row["path"] for row in inputs if row["status"] == "unreadable")
    for path in files:
        try:
            paths[make_dump_id(path.read_bytes())] = path
        except OSError as error:
            if not admitted or not path.as_posix().endswith(admitted):
                violations.append(f"{path}: cannot be read ({error.strerror}), and inputs does not say so")
    return paths, violations


def make_dump_id(raw: bytes) -> str:
    """Hash a dump's bytes the way its id says."""
    return hashlib.sha256(raw).hexdigest()[:32]


def gather_segments(tables: dict[str, list[Row]]) -> defaultdict[str, list[Segment]]:
    """Gather what each dump's bytes are said to be, in the order of the bytes."""
    segments: defaultdict[str, list[Segment]] = defaultdict(list)
    for table, role in (("listings", "listing"), ("spans", None), ("quarantine", "quarantine")):
        for row in tables[table]:
            segments[row["dump_id"]].append(Segment(row["byte_start"], row["byte_end"], role or row["role"], row))
    for found in segments.values():
        found.sort(key=lambda segment: segment[:3])
    return segments


def check_dump(dump: Row, raw: bytes, segments: Sequence[Segment]) -> Iterator[str]:
    """Check one dump: its tiles, its sums, and what stands in the tiles."""
    if dump["byte_count"] != len(raw):
        yield f"byte_count is {dump['byte_count']}, the file has {len(raw)} bytes"
    yield from check_tiles(raw, segments)
    yield from check_sums(dump, segments)
    for segment in segments:
        yield from check_content(raw, segment)
    yield from check_footers(raw, segments)


def check_tiles(raw: bytes, segments: Sequence[Segment]) -> Iterator[str]:
    """Check that segments cover the bytes without gap or overlap, and cut no character in two."""
    reached = 0
    for start, end, role, _ in segments:
        if start > reached:
            yield f"bytes {reached} to {start} have no role"
        elif start < reached:
            yield f"bytes {start} to {min(reached, end)} have two roles, one of them {role}"
        if end <= start:
            yield f"the {role} at bytes {start} to {end} is empty"
        for edge in (start, end):
            if is_inside_character(raw, edge):
                yield f"the {role} at bytes {start} to {end} has an edge inside a character, at byte {edge}"
        reached = max(reached, end)
    if reached != len(raw):
        yield f"the last role ends at byte {reached}, the file at byte {len(raw)}"


def is_inside_character(raw: bytes, edge: int) -> bool:
    """Tell whether a byte offset cuts a well-formed UTF-8 character; stray bytes are no character."""
    for start in range(max(0, edge - 3), min(edge, len(raw))):
        lead = raw[start]
        length = 4 if lead >= 0xF0 else 3 if lead >= 0xE0 else 2 if lead >= 0xC0 else 1
        if start + length > edge:
            try:
                raw[start : start + length].decode()
            except UnicodeDecodeError:
                continue
            return True
    return False


def check_sums(dump: Row, segments: Sequence[Segment]) -> Iterator[str]:
    """Check the dump's byte sums and counts against its segments."""
    sums: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for segment in segments:
        sums[segment.role] += segment.end - segment.start
        counts[segment.role] += 1
    for role in ("listing", "chrome", "blank", "quarantine"):
        if dump[f"{role}_bytes"] != sums[role]:
            yield f"{role}_bytes is {dump[f'{role}_bytes']}, its rows have {sums[role]} bytes"
    for role in ("listing", "quarantine"):
        if dump[f"{role}_count"] != counts[role]:
            yield f"{role}_count is {dump[f'{role}_count']}, there are {counts[role]} rows"
    unknown = sorted(set(sums) - {"listing", "chrome", "blank", "quarantine"})
    if unknown:
        yield f"unknown roles: {', '.join(unknown)}"


def check_content(raw: bytes, segment: Segment) -> Iterator[str]:
    """Check that a segment's bytes can be what they are said to be."""
    text = raw[segment.start : segment.end].decode("utf-8", "replace")
    place = f"at bytes {segment.start} to {segment.end}"
    if segment.role == "blank" and text.replace(BYTE_ORDER_MARK, "").strip():
        yield f"the blank span {place} is not blank: {text.strip()[:60]!r}"
    if segment.role == "listing":
        title = segment.row["title"]
        if not text.startswith(title):
            yield f"the listing {place} does not start with its title {title[:60]!r}"
        if text.endswith(("\n", "\r")):
            yield f"the listing {place} reaches past the end of its last line"


def check_footers(raw: bytes, segments: Sequence[Segment]) -> Iterator[str]:
    """Check that each footer of the bytes is a listing's own, stands in quarantine or only looks like one."""
    starts = [segment.start for segment in segments]
    own: dict[int, Footer] = {}
    for footer in scan_footers(raw):
        index = bisect_right(starts, footer.start) - 1
        start, end, role, _ = segments[index] if index >= 0 else Segment(0, 0, "nothing", {})
        if role == "listing" and footer.end <= end and not raw[footer.end : end].strip():
            own[index] = footer
        elif footer.is_proven and role not in ("listing", "quarantine"):
            yield f"the footer at byte {footer.start} stands in no listing and not in quarantine"
        elif footer.is_proven and footer.end > end:
            yield f"the footer at byte {footer.start} is cut in two at byte {end}"
        elif footer.is_proven and role == "listing":
            yield f"the listing at bytes {start} to {end} holds another card's footer, at byte {footer.start}"
    for index, segment in enumerate(segments):
        if segment.role == "listing":
            yield from check_date_line(raw, segment, own.get(index))


def check_date_line(raw: bytes, listing: Segment, footer: Footer | None) -> Iterator[str]:
    """Check that a listing has a date line exactly if its bytes end with one, and the one that stands there."""
    date_line = listing.row["date_line"]
    place = f"the listing at bytes {listing.start} to {listing.end}"
    if date_line is None:
        if footer is not None and footer.is_proven:
            yield f"{place} has no date_line, but ends with the footer of {footer.date_line!r}"
        return
    lines = [line.text for line in split_lines(raw[listing.start : listing.end])]
    if not lines or not lines[-1].startswith(date_line):
        yield f"{place} has the date_line {date_line!r}, which does not stand in its last line"


def scan_footers(raw: bytes) -> Iterator[Footer]:
    """Find each line that is just a dot and stands above a line that starts with a month or a digit."""
    lines = [Line(0, 0, ""), *split_lines(raw)]
    for above, dot, below in zip(lines, lines[1:], lines[2:], strict=False):
        if dot.text == DOT and FOOTER_START.match(below.text):
            is_proven = bool(AUTHOR_LINE.fullmatch(above.text) or WHOLE_DATE_LINE.fullmatch(below.text))
            yield Footer(dot.start, below.end, below.text, is_proven)


def split_lines(raw: bytes) -> list[Line]:
    """Cut bytes at LF, CRLF and CR into lines, and drop the blank ones."""
    lines: list[Line] = []
    start = 0
    for end, after in chain((match.span() for match in LINE_END.finditer(raw)), [(len(raw), len(raw))]):
        text = raw[start:end].decode("utf-8", "replace")
        if text.strip():
            trailing = text[len(text.rstrip()) :].encode()
            lines.append(Line(start, end - len(trailing), text.strip()))
        start = after
    return lines


def check_counts(tables: dict[str, list[Row]]) -> Iterator[str]:
    """Check that papers, pages and dumps each count all listings, and each its own."""
    for table, key in (("papers", ("paper_id",)), ("pages", ("dump_id", "page_number")), ("dumps", ("dump_id",))):
        counted = Counter(tuple(row[name] for name in key) for row in tables["listings"])
        claimed = {tuple(row[name] for name in key): row["listing_count"] for row in tables[table]}
        for one in sorted(set(counted) | set(claimed)):
            if counted[one] != claimed.get(one, 0):
                name = " ".join(str(part) for part in one)
                claim = claimed.get(one, "missing")
                yield f"{table} {name}: listing_count is {claim}, there are {counted[one]} listings"
        if len(claimed) != len(tables[table]):
            yield f"{table}: {len(tables[table]) - len(claimed)} rows have a key that another row has"


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the command line names, and print what was found."""
    parser = argparse.ArgumentParser(description="Check a release against the raw dumps it was built from.")
    parser.add_argument("release", type=Path, help="folder of the release")
    parser.add_argument("dumps", type=Path, nargs="+", help="files and folders it was built from")
    options = parser.parse_args(arguments)
    for path in (options.release, *options.dumps):
        if not path.exists():
            parser.error(f"{path} does not exist")
    violations = check_release(options.release, options.dumps)
    for violation in violations:
        print(violation)
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
