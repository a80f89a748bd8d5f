"""From words to pools of phrases: each topic of the invented world has its own words, each kind of gap its own pool.

Filling a gap is one look-up in a pool. Topics and pools are the same in every sample.
"""

from __future__ import annotations

import functools
import sys
from itertools import product
from typing import TYPE_CHECKING, Final

from etl.sample import coinage, words
from etl.sample.chance import draw, is_within
from etl.sample.coinage import coin_word, pick
from etl.sample.inflection import add_article, add_ed, add_ing, add_s

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Pool = Sequence[str]

TOPIC_COUNT: Final = 64

OWN_KINDS: Final = {
    "mass": 256,
    "one": 256,
    "many": 256,
    "objs": 256,
    "doing": 256,
    "act": 256,
    "acts": 256,
    "treat": 256,
    "treats": 256,
    "done": 256,
    "adj": 128,
    "a_adj": 128,
    "verb": 64,
    "verbs": 64,
    "verbed": 64,
    "field": 8,
}
"""Kinds of gaps that each topic fills with words of its own, and how many fillings each has."""

SHARED_KINDS: Final = {
    "adverb": 64,
    "measure": 64,
    "surname": 32,
    "size": 16,
    "formula": 64,
    "bench": 8192,
    "model": 8192,
    "num": 4096,
    "pct": 4096,
    "times": 256,
    "count": 128,
}
"""Kinds of gaps that all topics fill alike. Names and numbers are many, or the texts would shrink too well."""

THEME_KINDS: Final = ("name", "focus", "goal")
"""Kinds of gaps with one filling in a whole abstract: its method, its subject, its use."""

POOL_SIZES: Final = {**OWN_KINDS, **SHARED_KINDS, **dict.fromkeys(THEME_KINDS, 1)}
"""All kinds of gaps, in the order of their pools."""

_DRAWS_PER_PHRASE: Final = 6
_COMPOUNDS: Final = tuple(f"{prefix}-{stem}" for prefix, stem in product(words.COMPOUND_PREFIXES, words.COMPOUND_STEMS))


class Topic:
    """The words of one corner of the invented world; two topics have few of them in common."""

    def __init__(self, number: int) -> None:
        self._labels = ("topic", number)
        traits = [
            f"{modifier}-{trait}" for modifier, trait in product(self._pick("traits", words.MODIFIERS, 8), words.TRAITS)
        ]
        self._adjectives = [
            *self._pick("adjectives", words.ADJECTIVES, 150),
            *self._pick("compounds", _COMPOUNDS, 10),
            *self._pick("with traits", traits, 10),
            *self._coin("coined adjectives", coinage.ADJECTIVE_ENDINGS, 10),
        ]
        self._modifiers = [
            *self._pick("modifiers", words.MODIFIERS, 140),
            *self._coin("coined modifiers", coinage.NOUN_ENDINGS, 10),
        ]
        self._countable_heads = [
            *self._pick("countable", words.COUNTABLE_HEADS, 50),
            *self._coin("coined countable", coinage.NOUN_ENDINGS, 8),
        ]
        self._mass_heads = self._pick("mass", words.MASS_HEADS, 50)
        self._objects = self._pick("objects", words.OBJECTS, 100)
        self._verbs = self._pick("verbs", words.VERBS, 64)
        self._fields = self._pick("fields", words.FIELDS, 8)

    def make_pools(self) -> tuple[Pool, ...]:
        """Render the topic's pools, in the order of :data:`OWN_KINDS`."""
        makers: dict[str, Callable[[Sequence[int]], str]] = {
            "mass": lambda drawn: self._make_phrase(drawn, self._mass_heads),
            "one": lambda drawn: add_article(self._make_phrase(drawn, self._countable_heads)),
            "many": self._make_plural,
            "objs": self._make_objects,
            "doing": lambda drawn: f"{add_ing(pick(self._verbs, drawn[1]))} {self._make_objects(drawn)}",
            "act": lambda drawn: f"{pick(self._verbs, drawn[1])} {self._make_objects(drawn)}",
            "acts": lambda drawn: f"{add_s(pick(self._verbs, drawn[1]))} {self._make_objects(drawn)}",
            "treat": lambda drawn: f"{pick(self._verbs, drawn[1])} {self._make_plural(drawn)}",
            "treats": lambda drawn: f"{add_s(pick(self._verbs, drawn[1]))} {self._make_plural(drawn)}",
            "done": lambda drawn: f"{pick(words.ADVERBS, drawn[0])} {add_ed(pick(self._verbs, drawn[1]))}",
            "adj": lambda drawn: pick(self._adjectives, drawn[0]),
            "a_adj": lambda drawn: add_article(pick(self._adjectives, drawn[0])),
            "verb": lambda drawn: pick(self._verbs, drawn[0]),
            "verbs": lambda drawn: add_s(pick(self._verbs, drawn[0])),
            "verbed": lambda drawn: add_ed(pick(self._verbs, drawn[0])),
            "field": lambda drawn: pick(self._fields, drawn[0]),
        }
        return tuple(_fill_pool(makers[kind], size, *self._labels, kind) for kind, size in OWN_KINDS.items())

    def _pick(self, label: str, choices: Sequence[str], count: int) -> list[str]:
        """Pick words, none twice."""
        drawn = draw(8 * count, *self._labels, label)
        return list(dict.fromkeys(pick(choices, number) for number in drawn))[:count]

    def _coin(self, label: str, endings: Sequence[str], count: int) -> list[str]:
        """Coin words: jargon that nobody has heard of."""
        drawn = draw(2 * count, *self._labels, label)
        return [coin_word(pair, endings) for pair in zip(drawn[:count], drawn[count:], strict=True)]

    def _make_phrase(self, drawn: Sequence[int], heads: Sequence[str]) -> str:
        """Make a noun phrase: a head with a modifier, an adjective, or both."""
        head = pick(heads, drawn[3])
        modifier = pick(self._modifiers, drawn[2])
        if is_within(drawn[5], 200):
            return f"{modifier} {head}"
        adjective = pick(self._adjectives, drawn[0])
        return f"{adjective} {modifier} {head}" if is_within(drawn[4], 850) else f"{adjective} {head}"

    def _make_plural(self, drawn: Sequence[int]) -> str:
        return add_s(self._make_phrase(drawn, self._countable_heads))

    def _make_objects(self, drawn: Sequence[int]) -> str:
        """Make a plural of what the topic's methods are used on."""
        thing = pick(self._objects, drawn[3])
        if is_within(drawn[4], 250):
            return thing
        modifier = pick(self._modifiers, drawn[2])
        if is_within(drawn[4], 500):
            return f"{modifier} {thing}"
        adjective = pick(self._adjectives, drawn[0])
        return f"{adjective} {thing}" if is_within(drawn[4], 800) else f"{adjective} {modifier} {thing}"


@functools.cache
def read_topic(number: int) -> tuple[Pool, ...]:
    """Give the pools of a topic, in the order of :data:`POOL_SIZES`, without a theme's; made when first asked for."""
    return (*Topic(number).make_pools(), *_make_shared_pools())


@functools.cache
def _make_shared_pools() -> tuple[Pool, ...]:
    makers: dict[str, Callable[[Sequence[int]], str]] = {
        "adverb": lambda drawn: pick(words.ADVERBS, drawn[0]),
        "measure": lambda drawn: pick(words.MEASURES, drawn[0]),
        "surname": lambda drawn: pick(coinage.SURNAMES, drawn[0]),
        "size": lambda drawn: pick(words.SIZES, drawn[0]),
        "formula": lambda drawn: pick(words.FORMULAS, drawn[0]),
        "bench": coinage.coin_benchmark,
        "model": coinage.coin_method,
        "num": coinage.make_number,
        "pct": coinage.make_percentage,
        "times": coinage.make_factor,
        "count": lambda drawn: str(2 + drawn[0] % 98),
    }
    return tuple(_fill_pool(makers[kind], size, "shared", kind) for kind, size in SHARED_KINDS.items())


def _fill_pool(make: Callable[[Sequence[int]], str], size: int, *labels: str | int) -> Pool:
    drawn = draw(_DRAWS_PER_PHRASE * size, *labels)
    starts = range(0, len(drawn), _DRAWS_PER_PHRASE)
    return tuple(sys.intern(make(drawn[start : start + _DRAWS_PER_PHRASE])) for start in starts)
