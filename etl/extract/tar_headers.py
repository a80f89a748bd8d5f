"""A first look at the headers of a tar archive, before Python's ``tarfile`` reads them.

That module takes a damaged header for the end of the archive, which would drop the members behind it in silence, and in
several versions of Python it needs the square of an extended header's length to read it. So all headers are walked
through here, by their lengths alone, and whatever no archive of dumps has is refused.
"""

from __future__ import annotations

import re
import tarfile
from typing import Final

from etl.extract.files import InputUnreadableError

MAX_HEADER_BYTES: Final = 64 << 10
"""An extended header holds names and times; a name has at most 4,096 bytes."""

_BLOCK: Final = tarfile.BLOCKSIZE
_EXTENDED: Final = frozenset(
    {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
)
# Runs of digits longer than any name, and what moves the place of the next header.
_SUSPICIOUS: Final = re.compile(rb"[0-9]{256}|\bGNU\.sparse|(?:\A|\n)[0-9]{1,20} size=")


def check_tar_headers(content: bytes, name: str) -> None:
    """Refuse a tar archive whose headers are damaged, or made to mislead who reads them.

    Errors: ``InputUnreadableError``.
    """
    offset = 0
    while offset + _BLOCK <= len(content):
        block = content[offset : offset + _BLOCK]
        if not block.strip(b"\0"):
            return
        try:
            entry = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.HeaderError as error:
            raise InputUnreadableError(name, f"the archive is damaged at byte {offset} ({error})") from error
        offset += _BLOCK
        if entry.size < 0 or entry.type == tarfile.GNUTYPE_SPARSE:
            raise InputUnreadableError(name, f"the archive has a member without a plain size at byte {offset - _BLOCK}")
        data = content[offset : offset + entry.size] if entry.type in _EXTENDED else b""
        if len(data) > MAX_HEADER_BYTES or _SUSPICIOUS.search(data):
            raise InputUnreadableError(name, f"the archive has a header that is not to be trusted at byte {offset}")
        if entry.isreg() or entry.type in _EXTENDED:
            offset += entry.size + -entry.size % _BLOCK
