"""Which days users give to files: by option, by a sidecar beside the dumps, or, if they want that, by names.

A sidecar is a file ``page_days.csv`` in a folder of dumps: CSV in UTF-8 with the columns ``name`` and ``page_on``, each
name relative to the sidecar's folder. It is never a dump itself.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from etl.errors import PaperhouseError
from etl.extract.files import InputFile, escape_name, read_file
from etl.transform.year_odds import FIRST_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

SIDECAR_HEADER: Final = ("name", "page_on")
LAST_YEAR: Final = 2199
NAMED_DAY: Final = re.compile(r"(?<![0-9])([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9])")
"""What a day looks like in a name: ``2025-10-29``, with no digit before or behind it."""


class GivenDay(NamedTuple):
    """A page's day, and who gave it: ``option``, ``sidecar`` or ``name``."""

    page_on: dt.date
    given_by: str


class UnknownGivenDayError(PaperhouseError):
    """A day given for an input that is not there."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(
            f"--page-on names no input: {', '.join(sorted(names))}; use the file's name as the table inputs shows it"
        )


class PageDayImpossibleError(PaperhouseError):
    """A day on which there can have been no page."""

    def __init__(self, name: str, given: GivenDay) -> None:
        super().__init__(
            f"{name}: no page can be of {given.page_on}, which is given by {given.given_by}; "
            f"the source's pages began in {FIRST_YEAR}, check the year"
        )


class PageDaysContradictError(PaperhouseError):
    """A file that is given two days."""

    def __init__(self, name: str, one: GivenDay, other: GivenDay) -> None:
        super().__init__(
            f"{name}: given as {one.page_on} by {one.given_by} and as {other.page_on} by {other.given_by}; "
            "mend one of them, or leave it out"
        )


class SidecarInvalidError(PaperhouseError):
    """A sidecar that cannot be followed."""

    def __init__(self, name: str, line: int, problem: str) -> None:
        super().__init__(f"{name}, line {line}: {problem}; mend the file or take it away")


class PageDays(NamedTuple):
    """All days that are given, by the file's path, and whether names give days, too."""

    by_path: dict[str, list[GivenDay]]
    from_names: bool

    def __bool__(self) -> bool:
        """Tell whether any file can be given a day at all."""
        return self.from_names or bool(self.by_path)

    def find(self, file: InputFile, member: str | None = None) -> GivenDay | None:
        """Find the day of a file, or of a member of an archive.

        Errors: ``PageDaysContradictError`` for two different days, ``PageDayImpossibleError`` for one of no page.
        """
        days = list(self.by_path.get(file.path, ()))
        if self.from_names:
            days += find_named_days(f"{file.name}/{member}" if member else file.name)
        for given in days:
            if not FIRST_YEAR <= given.page_on.year <= LAST_YEAR:
                raise PageDayImpossibleError(file.name, given)
            if given.page_on != days[0].page_on:
                raise PageDaysContradictError(file.name, days[0], given)
        return days[0] if days else None


def gather_page_days(
    files: Sequence[InputFile], sidecars: Sequence[InputFile], by_option: Mapping[str, dt.date], *, from_names: bool
) -> PageDays:
    """Gather the days that are given to files.

    Errors: ``UnknownGivenDayError`` for an option that names no file, ``SidecarInvalidError`` for a bad sidecar.
    """
    unknown = by_option and set(by_option) - {file.name for file in files}
    if unknown:
        raise UnknownGivenDayError(unknown)
    by_path: dict[str, list[GivenDay]] = {}
    for file in files if by_option else ():
        if file.name in by_option:
            by_path.setdefault(file.path, []).append(GivenDay(by_option[file.name], "option"))
    known = {escape_name(file.path): file for file in files} if sidecars else {}
    for sidecar in sidecars:
        for path, day in _read_sidecar(sidecar, known):
            by_path.setdefault(path, []).append(GivenDay(day, "sidecar"))
    return PageDays(by_path, from_names)


def find_named_days(name: str) -> list[GivenDay]:
    """Find the days in a file's name; if it has none, those in the name of the nearest folder that has.

    >>> [str(day.page_on) for day in find_named_days("2025-10/2025-10-29/page.txt")]
    ['2025-10-29']
    """
    for part in reversed(name.split("/")):
        days = [day for text in NAMED_DAY.findall(part) if (day := _read_day(text)) is not None]
        if days:
            return [GivenDay(day, "name") for day in days]
    return []


def _read_sidecar(sidecar: InputFile, known: Mapping[str, InputFile]) -> Iterator[tuple[str, dt.date]]:
    try:
        text = read_file(sidecar).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SidecarInvalidError(sidecar.name, 1, f"it is no UTF-8 ({error.reason})") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    folder = escape_name(sidecar.path.rpartition("/")[0])
    seen: dict[str, dt.date] = {}
    try:
        if tuple(next(reader, ())) != SIDECAR_HEADER:
            raise SidecarInvalidError(sidecar.name, 1, f"the header must be {','.join(SIDECAR_HEADER)}")
        for row in reader:
            name, day = _check_row(row, sidecar, reader.line_num)
            file = known.get(f"{folder}/{name}")
            if file is None:
                raise SidecarInvalidError(sidecar.name, reader.line_num, f"{name!r} is no dump of this build")
            if seen.setdefault(name, day) != day:
                raise SidecarInvalidError(sidecar.name, reader.line_num, f"{name!r} has another day above")
            yield file.path, day
    except csv.Error as error:
        raise SidecarInvalidError(sidecar.name, reader.line_num, f"it is no CSV ({error})") from error


def _check_row(row: list[str], sidecar: InputFile, line: int) -> tuple[str, dt.date]:
    if len(row) != len(SIDECAR_HEADER):
        raise SidecarInvalidError(sidecar.name, line, f"it has not {len(SIDECAR_HEADER)} fields")
    day = _read_day(row[1].strip())
    if day is None:
        raise SidecarInvalidError(sidecar.name, line, f"{row[1]!r} is no day such as 2025-10-29")
    return row[0].strip(), day


def _read_day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None
