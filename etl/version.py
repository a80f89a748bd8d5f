"""Which code made a result: versions for people, and a fingerprint that changes with any line of code."""

from __future__ import annotations

import functools
import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Final

PACKAGE_VERSION: Final = "0.1.0"

PARSER_VERSION: Final = 2
"""Grows with every change that can read the same bytes differently; stands in dumps and quarantine."""


DECIDING_LIBRARIES: Final = ("pandera", "polars", "pyarrow", "rapidfuzz")
"""Libraries whose next version may give another result for the same code."""


@functools.cache
def fingerprint_code() -> str:
    """Hash the source of ``etl`` and ``schemas``: kept intermediate results are only good for the code that made them.

    >>> len(fingerprint_code())
    32
    """
    import schemas  # noqa: PLC0415 - only its folder is wanted, and only here

    digest = hashlib.sha256(repr([(name, version(name)) for name in DECIDING_LIBRARIES]).encode())
    for package in (Path(__file__).parent, Path(schemas.__file__).parent):
        for source in sorted(package.rglob("*.py")):
            digest.update(source.relative_to(package.parent).as_posix().encode())
            digest.update(hashlib.sha256(source.read_bytes()).digest())
    return digest.hexdigest()[:32]
