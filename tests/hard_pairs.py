"""Pairs of listings that are hard to tell apart or together, by family, with the truth of each.

Families that must merge are made by perturbing real records at run time; families that must not are written by us or
made of two different records. A pair is two rows in the columns that identity reads.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

Row = dict[str, Any]

GREEK = {"alpha": "\u03b1", "beta": "\u03b2", "lambda": "\u03bb", "tau": "\u03c4", "pi": "\u03c0"}
MIRRORS = {"huggingface.co": "mirror.example.dev", "github.com": "code.example.dev", "https://": "http://"}
MIN_ABSTRACT = 300


class Pair(NamedTuple):
    family: str
    left: Row
    right: Row
    is_same: bool


def make_pairs(records: list[Row], *, seed: int) -> list[Pair]:
    """Make all families from records (title, abstract, month, day, year, author_count)."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    usable = [record for record in records if record["abstract"] and len(record["abstract"]) >= MIN_ABSTRACT]
    pairs: list[Pair] = []
    for family, perturb in SAME.items():
        chosen = rng.sample(usable, min(60, len(usable)))
        pairs += [Pair(family, row, other, is_same=True) for row in chosen if (other := perturb(row, rng)) is not None]
    for family, make in DIFFERENT.items():
        pairs += [Pair(family, left, right, is_same=False) for left, right in make(usable, rng)]
    return pairs


def _typo(text: str, rng: random.Random) -> str:
    letters = [place for place, letter in enumerate(text) if letter.isalpha() and 0 < place < len(text) - 1]
    place = rng.choice(letters)
    kind = rng.randrange(3)
    if kind == 0:
        return text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]
    return text[:place] + ("" if kind == 1 else text[place] * 2) + text[place + 1 :]


def _edit(text: str, rng: random.Random) -> str:
    sentences = text.split(". ")
    if len(sentences) > 3:
        del sentences[rng.randrange(1, len(sentences) - 1)]
    sentences.insert(rng.randrange(1, len(sentences) + 1), "We add one more remark that the first version did not have")
    return ". ".join(sentences)


def _mirror(row: Row, _: random.Random) -> Row | None:
    text = row["abstract"]
    for host, mirror in MIRRORS.items():
        text = text.replace(host, mirror)
    return row | {"abstract": text} if text != row["abstract"] else None


def _latex(row: Row, rng: random.Random) -> Row:
    words = row["title"].split(" ")
    place = rng.randrange(len(words))
    command = rng.choice((r"\textbf{%s}", r"$\mathrm{%s}$", r"\textsc{%s}", r"{%s}", r"\emph{%s}"))
    words[place] = command % words[place]
    return row | {"title": " ".join(words)}


def _greek(row: Row, _: random.Random) -> Row | None:
    for name, letter in GREEK.items():
        if letter in row["title"]:
            return row | {"title": row["title"].replace(letter, rf"$\{name}$")}
    return None


def _unicode(row: Row, _: random.Random) -> Row:
    title = row["title"].replace("-", "\u2010").replace("fi", "\ufb01").replace("'", "\u2019")
    return row | {"title": title.replace(" ", "\u00a0", 1)}


def _drop_subtitle(row: Row, _: random.Random) -> Row | None:
    name, colon, _rest = row["title"].partition(":")
    return row | {"title": name} if colon else None


Perturbation = Callable[[Row, random.Random], "Row | None"]

SAME: dict[str, Perturbation] = {
    "case": lambda row, rng: row | {"title": rng.choice((row["title"].upper(), row["title"].lower()))},
    "punctuation": lambda row, _: row | {"title": row["title"].replace(":", " -").replace("-", " ").replace(",", "")},
    "Unicode": _unicode,
    "LaTeX": _latex,
    "LaTeX, Greek": _greek,
    "typo": lambda row, rng: row | {"title": _typo(row["title"], rng)},
    "mirror": _mirror,
    "truncated abstract": lambda row, rng: (
        row | {"abstract": row["abstract"][: int(len(row["abstract"]) * rng.uniform(0.5, 0.9))]}
    ),
    "edited abstract": lambda row, rng: row | {"abstract": _edit(row["abstract"], rng)},
    "typo and edited abstract": lambda row, rng: (
        row | {"title": _typo(row["title"], rng), "abstract": _edit(row["abstract"], rng)}
    ),
    "dropped subtitle": _drop_subtitle,
    "footer missing": lambda row, _: row | {"month": None, "day": None, "year": None, "author_count": None},
    "year not printed": lambda row, _: row | {"year": None},
}


def _other_day(row: Row, rng: random.Random) -> Row:
    return {"month": rng.randrange(1, 13), "day": rng.randrange(1, 29), "author_count": (row["author_count"] or 1) + 3}


def _two(records: list[Row], rng: random.Random, count: int) -> Iterator[tuple[Row, Row]]:
    for _ in range(count):
        left, right = rng.sample(records, 2)
        yield left, right


def _series(marks: list[tuple[str, str]]) -> Callable[[list[Row], random.Random], Iterator[tuple[Row, Row]]]:
    def make(records: list[Row], rng: random.Random) -> Iterator[tuple[Row, Row]]:
        for (one, other), (left, right) in zip(marks * 8, _two(records, rng, 8 * len(marks)), strict=True):
            stem = " ".join(left["title"].split(":")[0].split(" ")[:6])
            yield left | {"title": f"{stem} {one}"}, right | {"title": f"{stem} {other}"}

    return make


def _sequels(records: list[Row], rng: random.Random) -> Iterator[tuple[Row, Row]]:
    """Make sequels: the next number in the title, half of the abstract in common, months apart."""
    for left, right in _two(records, rng, 30):
        half = left["abstract"][: len(left["abstract"]) // 2]
        sequel = {"title": f"{left['title'].split(':')[0]} 2", "abstract": half + " " + right["abstract"][-400:]}
        yield left, left | sequel | _other_day(left, rng)


def _generic(records: list[Row], rng: random.Random) -> Iterator[tuple[Row, Row]]:
    titles = ("Editorial", "A Survey", "Technical Report", "Introduction", "Preface", "Scaling Laws", "World Models")
    for number, (left, right) in enumerate(_two(records, rng, 42)):
        title = titles[number % len(titles)]
        yield left | {"title": title}, right | {"title": title} | _other_day(right, rng)


def _long_generic(records: list[Row], rng: random.Random) -> Iterator[tuple[Row, Row]]:
    title = "Proceedings of the Workshop on Large Language Models"
    for left, right in _two(records, rng, 20):
        yield left | {"title": title}, right | {"title": title} | _other_day(right, rng)


def _shared_opening(records: list[Row], rng: random.Random) -> Iterator[tuple[Row, Row]]:
    for left, right in _two(records, rng, 30):
        opening = left["abstract"].split(". ")[0] + ". "
        yield left, right | {"abstract": opening + right["abstract"]}


def _same_abstract_successor(records: list[Row], rng: random.Random) -> Iterator[tuple[Row, Row]]:
    for left, _ in _two(records, rng, 20):
        yield left, left | {"title": f"{left['title'].split(':')[0]} V2"} | _other_day(left, rng)


DIFFERENT: dict[str, Callable[[list[Row], random.Random], Iterator[tuple[Row, Row]]]] = {
    "two papers": lambda records, rng: _two(records, rng, 60),
    "parts": _series([("Part I", "Part II"), ("Part 1", "Part 2"), ("Volume I", "Volume III")]),
    "versions": _series([("3", "4"), ("v1", "v2"), ("2.0", "2.5"), ("Qwen3", "Qwen3-Omni")]),
    "sizes": _series([("7B", "70B"), ("Small", "Large"), ("Nano", "Pro")]),
    "number words": _series([("in Two Steps", "in Three Steps"), ("One Model", "Many Models")]),
    "negations": _series([("with Attention", "without Attention")]),
    "sequels": _sequels,
    "generic titles": _generic,
    "long generic titles": _long_generic,
    "shared opening sentence": _shared_opening,
    "same abstract, successor": _same_abstract_successor,
}
