"""Containers that dumps are handed over in: gzip, Zstandard, zip and tar, told by their first bytes.

Archives are untrusted. Nothing is unpacked to a path that the archive names: members are read into memory, one at a
time, and their names are labels. Sizes are counted while unpacking, since what an archive says of itself can be a lie.
An archive inside an archive is not opened.
"""

from __future__ import annotations

import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import pyarrow as pa

from etl.extract.files import InputUnreadableError, escape_name, is_passed_over
from etl.extract.tar_headers import check_tar_headers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_MEMBER_BYTES: Final = 256 << 20
MAX_ARCHIVE_BYTES: Final = 1 << 30
"""What all members together may unpack to."""
MAX_MEMBERS: Final = 1_000_000
MAX_RATIO: Final = 200
"""How many times its size a file may unpack to; pages pack to a tenth or so, bombs to a thousandth."""
FREE_BYTES: Final = 64 << 20
"""What any file may unpack to, however small it is."""

_GZIP: Final = b"\x1f\x8b"
_ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_TAR_MARK: Final = slice(257, 262)
_DAMAGED: Final = (EOFError, OSError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError)


Entry = TypeVar("Entry")


class Member(NamedTuple):
    """One dump out of a file: its name in the archive (None: the file is no archive), and its bytes."""

    name: str | None
    raw: bytes


def unpack(raw: bytes, name: str) -> Iterator[Member]:
    """Yield the dumps that a file holds; a file that is no archive holds itself.

    Errors: ``InputUnreadableError`` for a damaged or encrypted archive, one that unpacks to more than
    :data:`MAX_MEMBER_BYTES` a member, or to more in all than :data:`MAX_ARCHIVE_BYTES` or :data:`MAX_RATIO` times its
    size, and a member that is no regular file.

    >>> [(member.name, member.raw) for member in unpack(gzip.compress(b"page"), "page.txt.gz")]
    [(None, b'page')]
    """
    limit = min(MAX_ARCHIVE_BYTES, max(FREE_BYTES, MAX_RATIO * len(raw)))
    try:
        content = _decompress(raw, name, limit)
        if content.startswith(_ZIP):
            yield from _number_repeated(_unzip(content, name), name, limit)
        elif content[_TAR_MARK] == b"ustar":
            check_tar_headers(content, name)
            yield from _number_repeated(_untar(content, name), name, limit)
        else:
            yield Member(None, content)
    except InputUnreadableError:
        raise
    except (*_DAMAGED, RuntimeError, NotImplementedError) as error:  # zipfile: encrypted, unknown compression
        raise InputUnreadableError(name, f"the archive cannot be unpacked ({error})") from error


def _decompress(raw: bytes, name: str, limit: int) -> bytes:
    """Undo one layer of gzip or Zstandard; other bytes stay as they are."""
    if raw.startswith(_GZIP):
        return _read_at_most(gzip.GzipFile(fileobj=io.BytesIO(raw)), name, limit)
    if raw.startswith(_ZSTANDARD):
        return _read_at_most(pa.CompressedInputStream(pa.BufferReader(raw), "zstd"), name, limit)
    return raw


def _unzip(content: bytes, name: str) -> Iterator[Member]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in _count_members(archive.infolist(), name):
            if not entry.is_dir() and not _is_passed_over(entry.filename):
                with archive.open(entry) as stream:
                    yield Member(entry.filename, _read_at_most(stream, name, MAX_MEMBER_BYTES))


def _untar(content: bytes, name: str) -> Iterator[Member]:
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
        for entry in _count_members(archive, name):
            if entry.isdir() or _is_passed_over(entry.name):
                continue
            stream = archive.extractfile(entry) if entry.isreg() else None
            if stream is None:
                raise InputUnreadableError(name, f"its member {escape_name(entry.name)} is no regular file")
            yield Member(entry.name, _read_at_most(stream, name, MAX_MEMBER_BYTES))


def _read_at_most(stream: io.BufferedIOBase | pa.NativeFile, name: str, limit: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := stream.read(1 << 20):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            raise InputUnreadableError(name, f"it unpacks to more than {limit >> 20} MiB")
    return b"".join(pieces)


def _count_members(entries: Iterable[Entry], name: str) -> Iterator[Entry]:
    """Pass entries through until there are too many."""
    for number, entry in enumerate(entries):
        if number >= MAX_MEMBERS:
            raise InputUnreadableError(name, f"it holds more than {MAX_MEMBERS} members")
        yield entry


def _number_repeated(members: Iterable[Member], name: str, limit: int) -> Iterator[Member]:
    """Tell members of one name apart: the second ``a.txt`` is ``a.txt#2``; stop when all unpack to too much."""
    seen: Counter[str] = Counter()
    size = 0
    for member in members:
        size += len(member.raw)
        if size > limit:
            raise InputUnreadableError(name, f"it unpacks to more than {limit >> 20} MiB")
        label = escape_name(member.name or "")
        seen[label] += 1
        yield Member(label if seen[label] == 1 else f"{label}#{seen[label]}", member.raw)


def _is_passed_over(path: str) -> bool:
    return any(is_passed_over(part) for part in path.replace("\\", "/").split("/") if part not in ("", ".", ".."))
