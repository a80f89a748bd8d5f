"""The little English grammar that invented sentences need: plurals, articles, forms of regular verbs."""

from __future__ import annotations

from typing import Final

from etl.sample.words import list_words

_DOUBLED: Final = frozenset(
    list_words(
        "admit bootstrap clip defer embed emit equip flag flip infer map plan prefer skip sum swap transfer wrap"
    )
)
_SIBILANTS: Final = ("s", "x", "z", "ch", "sh")
_VOWELS: Final = frozenset("aeiou")


def add_s(word: str) -> str:
    """Add the s of a plural noun, or of a verb's third person.

    >>> [add_s(word) for word in ("router", "memory", "hash", "survey")]
    ['routers', 'memories', 'hashes', 'surveys']
    """
    if word.endswith(_SIBILANTS):
        return f"{word}es"
    if word.endswith("y") and word[-2] not in _VOWELS:
        return f"{word[:-1]}ies"
    return f"{word}s"


def add_ing(verb: str) -> str:
    """Make a verb's gerund.

    >>> [add_ing(verb) for verb in ("align", "prune", "plan")]
    ['aligning', 'pruning', 'planning']
    """
    if verb in _DOUBLED:
        return f"{verb}{verb[-1]}ing"
    return f"{verb[:-1]}ing" if verb.endswith("e") and not verb.endswith("ee") else f"{verb}ing"


def add_ed(verb: str) -> str:
    """Make a verb's past participle.

    >>> [add_ed(verb) for verb in ("align", "prune", "plan", "classify")]
    ['aligned', 'pruned', 'planned', 'classified']
    """
    if verb in _DOUBLED:
        return f"{verb}{verb[-1]}ed"
    if verb.endswith("e"):
        return f"{verb}d"
    return f"{verb[:-1]}ied" if verb.endswith("y") and verb[-2] not in _VOWELS else f"{verb}ed"


def add_article(phrase: str) -> str:
    """Put the indefinite article in front of a phrase.

    >>> [add_article(phrase) for phrase in ("sparse router", "elastic router", "uniform router")]
    ['a sparse router', 'an elastic router', 'a uniform router']
    """
    sounds_like_yu = phrase.startswith(("uni", "us", "ut"))
    return f"{'an' if phrase[0] in _VOWELS and not sounds_like_yu else 'a'} {phrase}"
