"""Texts with gaps: compiled once, filled millions of times."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_GAP: Final = re.compile(r"\{([a-z_]+)\}")


class Pattern(NamedTuple):
    """A text with gaps: a ``%`` format, and for each gap its pool's place among all pools, and that pool's size."""

    template: str
    gaps: tuple[tuple[int, int], ...]


def place_pools(sizes: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Give each kind of gap the place of its pool, and the pool's size.

    >>> place_pools({"adj": 64, "verb": 32})
    {'adj': (0, 64), 'verb': (1, 32)}
    """
    return {kind: (place, size) for place, (kind, size) in enumerate(sizes.items())}


def compile_pattern(text: str, pools: Mapping[str, tuple[int, int]]) -> Pattern:
    r"""Read a text with its gaps in braces; around a gap, more braces stand for themselves.

    Errors: a gap of an unknown kind raises ``KeyError``.

    >>> compile_pattern(r"\emph{{adj}} gains of 5%", {"adj": (0, 64)})
    Pattern(template='\\emph{%s} gains of 5%%', gaps=((0, 64),))
    """
    return Pattern(_GAP.sub("%s", text.replace("%", "%%")), tuple(pools[kind] for kind in _GAP.findall(text)))


def fill_gaps(pattern: Pattern, pools: Sequence[Sequence[str]], drawn: Iterable[int]) -> str:
    """Fill each gap from its pool by the next draw; there are at least as many draws as gaps.

    >>> fill_gaps(Pattern("the %s map of %s", ((0, 2), (1, 1))), [("old", "new"), ("Oz",)], [7, 7])
    'the new map of Oz'
    """
    return pattern.template % tuple(
        [pools[place][number % size] for (place, size), number in zip(pattern.gaps, drawn, strict=False)]
    )
