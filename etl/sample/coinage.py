"""Words that do not exist: coined names of people, methods and benchmarks, jargon; and numbers they might report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from etl.sample.words import list_words

if TYPE_CHECKING:
    from collections.abc import Sequence

STEM_DRAWS: Final = 3

SURNAMES: Final = list_words("""
Åbrandt Çelmiz Đurovan Ěmersky Ferrândez Güldmann Håkvist Ibáñor Jürgesen Kovačel Łozinek Müntzar Nguyệtan Ødegren
Peñalva Quintões Řezanik Šarovik Thánhlo Ürgenz Vilnūtis Wójtara Ximénol Yüksalan Žitnovec Ærmund Bełchat Côtenard
""")

ADJECTIVE_ENDINGS: Final = list_words("ic al ian ive ous oid ar")
NOUN_ENDINGS: Final = list_words("on a ode um or ix et")
METHOD_ENDINGS: Final = ("", "", "", "", *list_words("Net Former LM RL Flow Diff VL Agent GS KV -2 -X"))
BENCHMARK_ENDINGS: Final = list_words("Bench Eval QA Suite -1K -Hard")

_ONSETS: Final = list_words("b br c ch d dr f fl g gr h j k kl l m n p pr qu r s sh st t tr v w y z")
_NUCLEI: Final = list_words("a e i o u ae ia io ea ou")
_CODAS: Final = list_words("l n r s x m nd rn lt ph")
_TIMES: Final = (*["x"] * 62, "\N{MULTIPLICATION SIGN}", r"$\times$")
_PERCENT: Final = (*["%"] * 127, r"\%")
"""LaTeX is rare: of real abstracts 6 in 100 have a backslash, and 4 in 1,000 a sign beyond ASCII."""


def pick(choices: Sequence[str], drawn: int) -> str:
    """Pick one of some words by a draw."""
    return choices[drawn % len(choices)]


def coin_stem(drawn: Sequence[int]) -> str:
    """Coin a word of two syllables with a capital, from :data:`STEM_DRAWS` draws.

    >>> coin_stem((0, 0, 319))
    'Balqua'
    """
    return (_coin_syllable(drawn[0]) + pick(_CODAS, drawn[1]) + _coin_syllable(drawn[2])).capitalize()


def coin_method(drawn: Sequence[int]) -> str:
    """Coin the name of a method or model, from one draw more than a stem's.

    >>> coin_method((0, 0, 319, 4))
    'BalquaNet'
    """
    return coin_stem(drawn) + pick(METHOD_ENDINGS, drawn[STEM_DRAWS])


def coin_benchmark(drawn: Sequence[int]) -> str:
    """Coin the name of a benchmark, from one draw more than a stem's.

    >>> coin_benchmark((0, 0, 319, 0))
    'BalquaBench'
    """
    return coin_stem(drawn) + pick(BENCHMARK_ENDINGS, drawn[STEM_DRAWS])


def coin_word(drawn: Sequence[int], endings: Sequence[str]) -> str:
    """Coin a word of jargon, from two draws.

    >>> coin_word((0, 0), ADJECTIVE_ENDINGS)
    'balic'
    """
    return _coin_syllable(drawn[0]) + pick(_CODAS, drawn[1]) + pick(endings, drawn[1] // len(_CODAS))


def make_number(drawn: Sequence[int]) -> str:
    """Make a score with no, one or two decimals, from three draws.

    >>> [make_number((60, 7, decimals)) for decimals in range(3)]
    ['61', '61.1', '61.07']
    """
    decimals = drawn[2] % 3
    return f"{1 + drawn[0] % 98 + drawn[1] % 100 / 100:.{decimals}f}"


def make_percentage(drawn: Sequence[int]) -> str:
    r"""Make a percentage, now and then as LaTeX writes it, from four draws.

    >>> [make_percentage((60, 7, 1, latex)) for latex in (0, 127)]
    ['61.1%', '61.1\\%']
    """
    return make_number(drawn) + pick(_PERCENT, drawn[3])


def make_factor(drawn: Sequence[int]) -> str:
    r"""Make a factor of growth, from three draws.

    >>> make_factor((0, 5, 63))
    '2.5$\\times$'
    """
    return f"{2 + drawn[0] % 8}.{drawn[1] % 10}{pick(_TIMES, drawn[2])}"


def _coin_syllable(drawn: int) -> str:
    onset, nucleus = drawn % len(_ONSETS), drawn // len(_ONSETS)
    return _ONSETS[onset] + pick(_NUCLEI, nucleus)
