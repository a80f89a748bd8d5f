"""Chance that is the same on every machine and in every version of Python: draws are bytes of a hash of labels."""

from __future__ import annotations

import hashlib
import sys
from array import array
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

DRAW_LIMIT: Final = 1 << 16
"""Draws are whole numbers from 0 to below this."""


def draw(count: int, *labels: str | int) -> Sequence[int]:
    """Draw ``count`` numbers from 0 to below :data:`DRAW_LIMIT`; the same labels always give the same numbers.

    A longer draw begins with the shorter one.

    >>> tuple(draw(3, "page", 7))
    (35512, 8932, 46461)
    >>> draw(2, "page", 7) == draw(3, "page", 7)[:2]
    True
    """
    label = "/".join(map(str, labels)).encode()
    numbers = array("H", hashlib.shake_128(label).digest(2 * count))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def scale(drawn: int, limit: int) -> int:
    """Scale a draw to a whole number from 0 to below ``limit``.

    >>> scale(0, 10), scale(DRAW_LIMIT - 1, 10)
    (0, 9)
    """
    return drawn * limit // DRAW_LIMIT


def is_within(drawn: int, permille: int) -> bool:
    """Tell whether a draw falls into the given share of all draws.

    >>> is_within(0, 1), is_within(DRAW_LIMIT - 1, 999)
    (True, False)
    """
    return drawn * 1000 < permille * DRAW_LIMIT
