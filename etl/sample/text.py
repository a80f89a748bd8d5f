r"""Abstracts: sentences of the right sorts in a plausible order, their gaps filled from a topic's pools.

The work is a few look-ups and one ``%`` per sentence, since samples can be of many gigabytes.
"""

from __future__ import annotations

import functools
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from etl.sample import sentences
from etl.sample.patterns import Pattern, compile_pattern, fill_gaps, place_pools
from etl.sample.vocabulary import POOL_SIZES
from etl.sample.words import list_words

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_ABSTRACT_LENGTH: Final = 1919
"""The longest abstract of the dumps we know; one in a hundred invented ones may be longer."""

MAX_STEP: Final = 3
"""From one sentence to the next of the same sort; with it, no row of them comes round to its first."""

_PLACES: Final = place_pools(POOL_SIZES)


def _read_sentences(text: str) -> tuple[Pattern, ...]:
    return tuple(compile_pattern(line, _PLACES) for line in text.strip().splitlines())


SENTENCES: Final = {
    "B": _read_sentences(sentences.BACKGROUND),
    "G": _read_sentences(sentences.GAP),
    "P": _read_sentences(sentences.PROPOSAL),
    "D": _read_sentences(sentences.DETAIL),
    "T": _read_sentences(sentences.THEORY),
    "S": _read_sentences(sentences.DATA),
    "E": _read_sentences(sentences.EXPERIMENT),
    "R": _read_sentences(sentences.RESULT),
    "C": _read_sentences(sentences.CLOSING),
    "U": _read_sentences(sentences.UNICODE),
    "Q": _read_sentences(sentences.QUOTES),
}

SHAPES: Final = list_words("""
BBGPDDDDDDDDTERRRC BBGGPDDDDDDDEERRRC BGPDDDDDDDDDERRRC BGPDDDDDDDEERRRC BBGPDDDDDDDSERRRCC BGPDDDDTDDDERRC
BBBGPDDDDDDDDERRRC BGPDDDDDDDERRRC PBGDDDDDDDDERRRC BGGPDDDDDDDSERRRRC PDDDDDDDEERRRC BBGPDDDDDDDDERRRC
BGPDDDTTDDDDRRC BBGSPDDDDDDERRRC PDDDDDDDEERRRRC BGPDDDDQDDDERRRC BBGGPDDDDDDDDERRRC BGPDDDDDDERRC BGPDDDDUDDDERRRC
BBGPDDDQDDDDERRRC BGGPDDDDDDDDRRRRC PGDDDDDDDERRRC BBGPDDDDDDDERRRRC BGPSSDDDDDDERRC BGPDDDDDERRC PBDDDDDERC
BBGPDDDDDDERRC BBGPDDDDDDDDDEERRRC BGPDDDDDDDDEERRRC BBGGPDDDDDTDDERRRC BBGPDDDDDDDDSERRRC BGGPDDDDDDDDDERRRC
BGPDDDDDDDDERRRCC BBGGPDDDDDDDDEERRRC
""")
"""Orders of sentences; most give 1,300 to 1,900 characters."""

SHORT_SHAPES: Final = ("PDR", "BPR", "BPD", "PDC")
LONG_SHAPES: Final = ("BBBGGPDDDDDDDDDDEERRRRRC", "BBGGPDDDDDDDDDDDSEERRRRCC", "BBGPDDDTDDDDDDDDEERRRRRC")

_MOST_GAPS: Final = max(len(sentence.gaps) for choices in SENTENCES.values() for sentence in choices)
TEXT_DRAWS: Final = max(map(len, LONG_SHAPES)) * (1 + _MOST_GAPS)
"""Draws that are enough for any abstract."""


class Step(NamedTuple):
    """What comes next in an abstract: the sentences to choose from, their number, whether the last was one of them."""

    choices: Sequence[Pattern]
    choice_count: int
    is_same_sort: bool


def write_abstract(drawn: Sequence[int], shape: str, pools: Sequence[Sequence[str]], ending: str) -> str:
    """Write an abstract; unless the shape is a long one, it has at most :data:`MAX_ABSTRACT_LENGTH` characters.

    ``drawn`` are :data:`TEXT_DRAWS` numbers, ``pools`` those of all kinds of gaps, in their order, and ``ending`` is
    the last sentence, empty for none.
    """
    numbers = iter(drawn)
    templates: list[str] = []
    gaps: list[tuple[int, int]] = []
    place = 0
    for (choices, count, is_same_sort), number in zip(_plan_steps(shape), numbers, strict=False):
        # Sentences of one sort go on from the last, so that none comes twice in a row.
        place = (place + 1 + number % MAX_STEP if is_same_sort else number) % count
        template, own_gaps = choices[place]
        templates.append(template)
        gaps += own_gaps
    abstract = fill_gaps(Pattern(" ".join(templates), tuple(gaps)), pools, numbers)
    if ending:
        abstract = f"{abstract} {ending}"
    if len(abstract) > MAX_ABSTRACT_LENGTH and shape not in LONG_SHAPES:
        return write_abstract(drawn, shape.replace("D", "", 1), pools, ending)
    return abstract


@functools.cache
def _plan_steps(shape: str) -> tuple[Step, ...]:
    return tuple(
        Step(SENTENCES[sort], len(SENTENCES[sort]), sort == previous) for previous, sort in pairwise(f" {shape}")
    )
