r"""Titles of the invented world: with a coined name or without, with LaTeX or its remains, with accents, a question.

Other captures of the source print some titles otherwise: ``$\lambda$`` or ``λ``, another dash, another case.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

from etl.sample import words
from etl.sample.chance import scale
from etl.sample.coinage import SURNAMES, pick
from etl.sample.inflection import add_s
from etl.sample.patterns import compile_pattern, fill_gaps, place_pools

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.sample.patterns import Pattern

TITLE_DRAWS: Final = 10
"""Draws that a title needs: which pattern, and what fills its gaps."""

_GENERIC_STEP: Final = 100_003
"""A prime: titles of neighbouring numbers have no word in common, and none comes again before all were used."""

_POOLS: Final = {
    "adj": tuple(map(str.title, words.ADJECTIVES)),
    "mod": tuple(map(str.title, words.MODIFIERS)),
    "mass": tuple(map(str.title, words.MASS_HEADS)),
    "objs": tuple(map(str.title, words.OBJECTS)),
    "field": tuple(map(str.title, words.FIELDS)),
    "surname": SURNAMES,
    "order": ("2", "3"),
    "greek": ("alpha", "beta", "lambda", "tau", "phi", "sigma"),
    "letter": tuple("\N{GREEK SMALL LETTER ALPHA}βλτφ\N{GREEK SMALL LETTER SIGMA}"),
}
_GENERIC_ADJECTIVES: Final = _POOLS["adj"]
_GENERIC_NOUNS: Final = tuple(
    dict.fromkeys((*_POOLS["objs"], *(add_s(head).title() for head in words.COUNTABLE_HEADS)))
)

_NAMED: Final = (
    ("{name}: {focus} for {adj} {objs}",),
    ("{name}: {goal} with {adj} {mod} {mass}",),
    ("{name}: Towards {adj} {focus} in {field}",),
    ("{name}, a framework for {focus} of {adj} {objs}",),
    ("{name}: How {adj} {objs} Shape {focus}",),
    ("{name} Technical Report: {focus} for {adj} {objs}",),
)
_NAMELESS: Final = (
    ("{focus} via {adj} {mod} {mass} for {adj} {objs}",),
    ("{goal} with {adj} {mod} {mass} and {adj} {objs}",),
    ("Rethinking {focus}: {adj} {mod} {mass} in {field}",),
    ("On {focus} for {adj} {objs}, {mod} {mass} and {field}",),
    ("Towards {adj} {mod} {mass} by {focus} of {adj} {objs}",),
)
_QUESTIONS: Final = (
    ("Does {name} Need {adj} {mod} {mass}?",),
    ("What Can {adj} {objs} Teach Us about {focus}? A Study in {adj} {field}",),
)
_LATEX: Final = (
    (r"$\{greek}$-{focus} for {adj} {mod} {mass}", "{letter}-{focus} for {adj} {mod} {mass}"),
    (r"$\{greek}$-{name}: {focus} of {adj} {objs}", "{letter}-{name}: {focus} of {adj} {objs}"),
    ("boldsymbol{letter}-{adj} {mod} {mass} for {focus}", r"$\boldsymbol{\{greek}}$-{adj} {mod} {mass} for {focus}"),
    (r"{goal} by {adj} {mass} with \textsc{{name}}", "{goal} by {adj} {mass} with {name}"),
    ("L_{order} Norms and {adj} {mod} {mass} for {focus}", "$L_{order}$ Norms and {adj} {mod} {mass} for {focus}"),
    ("{name}^{order}: {focus} of {adj} {objs}", "{name}$^{order}$: {focus} of {adj} {objs}"),
)
_ACCENTED: Final = (
    ("The {surname}–{surname} Bound for {focus} of {adj} {objs}",),  # noqa: RUF001 - the dash between two names
    ("{name}: {adj} {mod} {mass} after {surname}",),
)
_QUOTED: Final = (
    (
        '{name}: {focus} for "{adj} {objs}"',
        "{name}: {focus} for “{adj} {objs}”",
        "{name}: {focus} for ``{adj} {objs}''",
    ),
)


class Theme(NamedTuple):
    """What a paper is about: its method's name, its subject and its use; the kinds of gaps ``THEME_KINDS``."""

    name: str
    focus: str
    goal: str


class Title(NamedTuple):
    """A title as its paper's own page prints it, and the other forms that its LaTeX or quotes can take."""

    text: str
    other_forms: tuple[str, ...] = ()


_PLACES: Final = place_pools({kind: len(pool) for kind, pool in _POOLS.items()} | dict.fromkeys(Theme._fields, 1))


def _read_patterns(patterns: Sequence[Sequence[str]]) -> tuple[tuple[Pattern, ...], ...]:
    return tuple(tuple(compile_pattern(form, _PLACES) for form in forms) for forms in patterns)


_STYLES: Final = (
    (480, _read_patterns(_NAMED)),
    (730, _read_patterns(_NAMELESS)),
    (790, _read_patterns(_QUESTIONS)),
    (920, _read_patterns(_LATEX)),
    (975, _read_patterns(_ACCENTED)),
    (1000, _read_patterns(_QUOTED)),
)
"""Patterns of titles, each style with the share (in permille) of titles up to and including its own.

The first form of a pattern is what the paper's own page prints, the others what another capture may print; all forms
have the same gaps in the same order.
"""


def write_title(theme: Theme, style: int, drawn: Sequence[int]) -> Title:
    r"""Write a title; ``style`` is a draw, ``drawn`` are :data:`TITLE_DRAWS` more.

    >>> ascii(write_title(Theme("Zorlane", "sparse token routing", "ranking old maps"), 60_500, [0] * 10).text)
    "'The \\xc5brandt\\u2013\\xc5brandt Bound for Sparse Token Routing of Sparse Maps'"
    """
    permille = scale(style, 1000)
    patterns = next(patterns for below, patterns in _STYLES if permille < below)
    pools = (*_POOLS.values(), (theme.name,), (theme.focus.title(),), (theme.goal.title(),))
    which, *fillings = drawn
    text, *other_forms = [fill_gaps(form, pools, fillings) for form in patterns[which % len(patterns)]]
    return Title(text, tuple(other_forms))


def write_generic_title(number: int) -> Title:
    """Write a title so short and plain that unrelated papers can have it, too; equal numbers give equal titles.

    >>> write_generic_title(0).text, write_generic_title(1).text
    ('Sparse Maps', 'Expressive Corals')
    """
    noun, adjective = divmod(number * _GENERIC_STEP, len(_GENERIC_ADJECTIVES))
    return Title(f"{_GENERIC_ADJECTIVES[adjective]} {_GENERIC_NOUNS[noun % len(_GENERIC_NOUNS)]}")


def vary_title(title: Title, drawn: int) -> str:
    r"""Print a title as another capture might: another form of its LaTeX, else other case, punctuation or Unicode form.

    >>> [ascii(vary_title(Title("Zorlane: Cross-Modal Maps"), drawn)) for drawn in range(3)]
    ["'Zorlane: cross-modal maps'", "'Zorlane - Cross-Modal Maps'", "'Zorlane: Cross\\u2010Modal Maps'"]
    """
    if title.other_forms:
        return pick(title.other_forms, drawn)
    text = title.text
    varied = (
        text[0] + text[1:].lower(),
        text.replace(": ", " - "),
        text.replace("-", "\N{HYPHEN}") if text.isascii() else unicodedata.normalize("NFD", text),
    )
    return next(one for one in (varied[drawn % len(varied)], *varied) if one != text)
