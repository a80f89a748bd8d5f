"""Counts as the source prints them: ``14``, ``1,056``, ``2.61k``."""

from __future__ import annotations

from typing import Final

import polars as pl

_EXACT: Final = r"^(?:[0-9]{1,10}|[0-9]{1,3}(?:,[0-9]{3})+)$"
_ROUNDED: Final = r"^[0-9]{1,6}(?:\.[0-9]{1,3})?[kK]$|^[0-9]{1,4}(?:\.[0-9]{1,6})?[mM]$"
_MAX_COUNT: Final = 2**31 - 1


def parse_count(text: pl.Expr) -> pl.Expr:
    """Read a printed count as Int32; null where it cannot be read or is too large for one.

    >>> counts = pl.DataFrame({"text": ["14", "1,056", "2.61k", "1,05", None]})
    >>> counts.select(parse_count(pl.col("text"))).to_series().to_list()
    [14, 1056, 2610, None, None]
    """
    digits = text.str.replace_all(",", "").str.strip_chars_end("kKmM")
    unit = pl.when(text.str.contains("[kK]$")).then(1_000).when(text.str.contains("[mM]$")).then(1_000_000).otherwise(1)
    value = pl.when(text.str.contains(_EXACT) | text.str.contains(_ROUNDED)).then(digits)
    count = (value.cast(pl.Float64, strict=False) * unit).round().cast(pl.Int64)
    return pl.when(count <= _MAX_COUNT).then(count).cast(pl.Int32)


def is_rounded(text: pl.Expr) -> pl.Expr:
    """Tell whether a printed count is one in thousands or millions, exact only to the digits printed."""
    return text.str.contains(_ROUNDED).fill_null(value=False)
