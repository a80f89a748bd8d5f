"""Different papers that look alike: parts, versions, sizes, sequels, generic titles, borrowed sentences and templates.

Made from real records, half of them with an abstract of their own and half with one that was written over: a sequel
borrows from what it follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.hard_pairs.pair import Recipe, Row, Two, like_on_other_day, on_other_day, with_title, without_footer
from tests.hard_pairs.texts import REMARKS, make_typo

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence


PER_MARK: Final = 4

MARKS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "parts": (
        ("%s, Part I", "%s, Part II"),
        ("%s (Part 1)", "%s (Part 2)"),
        ("%s: Volume I", "%s: Volume III"),
        ("%s II: The Fall", "%s III: The Fall"),
        ("%s, Part One", "%s, Part Two"),
        ("%s, Part A", "%s, Part B"),
        ("Part IV: %s", "Part V: %s"),
        ("%s, Chapter IX", "%s, Chapter XI"),
        ("%s I", "%s II"),
    ),
    "versions": (
        ("GPT-3 %s", "GPT-4 %s"),
        ("%s v1", "%s v2"),
        ("%s 2.0", "%s 2.5"),
        ("%s", "%s 2"),
        ("%s", "%s V2"),
        ("LLaMA: %s", "LLaMA 2: %s"),
        ("Qwen2.5 %s", "Qwen3 %s"),
        ("%s v1.2.3", "%s v1.2.4"),
        ("%s 1.5", "%s 15"),
        ("%s", "%s Reloaded 2.0"),
        ("YOLOv8 %s", "YOLOv9 %s"),
        ("%s 4o", "%s o4"),
    ),
    "model families": (
        ("Qwen3 Technical Report", "Qwen3-Omni Technical Report"),
        ("Gemma 2 Report", "Gemma 3 Report"),
        ("Step-Audio Technical Report", "Step-Video Technical Report"),
        ("InternVL: %s", "InternLM: %s"),
        ("Qwen3 Technical Report", "Qwen3 Embedding Technical Report"),
        ("Kimi Technical Report", "Kimi-VL Technical Report"),
        ("LLaVA: %s", "LLaVA-NeXT: %s"),
        ("DeepSeek-Coder: %s", "DeepSeek-Math: %s"),
        ("MiniCPM: %s", "MiniCPM-V: %s"),
    ),
    "sizes": (
        ("%s 7B", "%s 70B"),
        ("%s-Small", "%s-Large"),
        ("%s Nano", "%s Pro"),
        ("%s Mini", "%s"),
        ("%s Plus", "%s"),
        ("%s Flash", "%s Pro"),
        ("%s 1T", "%s 1B"),
        ("%s Lite", "%s Ultra"),
        ("%s in 4 Bits", "%s in 8 Bits"),
    ),
    "signs": (("LoRA for %s", "LoRA+ for %s"), ("C %s", "C++ %s"), ("%s", "%s++"), ("C# %s", "C %s"), ("%s+", "%s")),
    "years": (
        ("%s 2024", "%s 2025"),
        ("Findings of the 2023 Challenge on %s", "Findings of the 2024 Challenge on %s"),
        ("%s'24", "%s'25"),
        ("The State of %s in 2022", "The State of %s in 2023"),
    ),
    "number words": (
        ("%s in Two Steps", "%s in Three Steps"),
        ("One Model: %s", "Many Models: %s"),
        ("%s: First Round", "%s: Second Round"),
        ("Single-Agent %s", "Multi-Agent %s"),
        ("%s with Half the Data", "%s with Double the Data"),
    ),
    "negations and opposites": (
        ("%s with Attention", "%s without Attention"),
        ("%s Is What You Need", "%s Is Not What You Need"),
        ("Supervised %s", "Unsupervised %s"),
        ("%s Does Help", "%s Doesn't Help"),
        ("%s for Free", "%s with Fees"),
        ("Online %s", "Offline %s"),
        ("Low-Rank %s", "High-Rank %s"),
        ("Linear %s", "Nonlinear %s"),
        ("Supervised %s", "Self-Supervised %s"),
        ("Short-Context %s", "Long-Context %s"),
    ),
    "another subject": (
        ("%s for Hindi", "%s for Tamil"),
        ("%s on Images", "%s on Audio"),
        ("%s in Medicine", "%s in Law"),
        ("A Survey of %s for Vision", "A Survey of %s for Speech"),
        ("%s in Python", "%s in Rust"),
    ),
}
"""By family: what two titles have that tells them apart; ``%s`` is a stem they share."""

GENERIC: Final = ("Editorial", "A Survey", "Technical Report", "Introduction", "Preface", "Scaling Laws",
                  "World Models", "Foreword", "Guest Editorial", "Conclusion", "Attention",
                  "A Position Paper")  # fmt: skip
LONG_GENERIC: Final = (
    "Proceedings of the Workshop on Large Language Models",
    "A Survey of Large Language Models for Everything",
    "Report on the Shared Task and Its Results",
)
BOILERPLATE: Final = (
    "This editorial introduces the {n} papers of this issue, which treat {what}, and thanks the reviewers.",
    "We report on the {n} edition of the workshop, with talks on {what}, and list the accepted papers.",
)


def _two(records: Sequence[Row], rng: random.Random, count: int) -> Iterator[Two]:
    for _ in range(count):
        left, right = rng.sample(records, 2)
        yield left, right


def _stem(title: str) -> str:
    return " ".join(title.split(":", maxsplit=1)[0].split(" ")[:6])


def _borrow(abstract: str, other: str, share: float, rng: random.Random) -> str:
    """Write an abstract that keeps a share of another's sentences, in place."""
    sentences, others = abstract.split(". "), other.split(". ")
    kept = [
        sentence if rng.random() < share else others[number % len(others)] for number, sentence in enumerate(sentences)
    ]
    return ". ".join((*kept, rng.choice(REMARKS)))


def _make_marked(marks: tuple[tuple[str, str], ...], borrow: float | None) -> Recipe:
    def make(records: Sequence[Row], rng: random.Random) -> Iterator[Two]:
        for one, other in marks * PER_MARK:
            left, right = rng.sample(records, 2)
            titles = tuple(form.replace("%s", _stem(left["title"])) for form in (one, other))
            if borrow is not None:
                abstract = _borrow(left["abstract"], right["abstract"], borrow, rng)
                right = on_other_day(left, rng) | {"abstract": abstract}
            yield left | {"title": titles[0]}, right | {"title": titles[1]}

    return make


def _make_marked_without_footers(marks: tuple[tuple[str, str], ...]) -> Recipe:
    def make(records: Sequence[Row], rng: random.Random) -> Iterator[Two]:
        for left, right in _make_marked(marks, 0.8)(records, rng):
            yield without_footer(left), without_footer(right)

    return make


def _sequels(records: Sequence[Row], rng: random.Random) -> Iterator[Two]:
    """Make sequels: the next number in the title, half of the abstract in common, months apart."""
    for left, right in _two(records, rng, 30):
        half = left["abstract"][: len(left["abstract"]) // 2]
        sequel = {"title": f"{left['title'].split(':')[0]} 2", "abstract": half + " " + right["abstract"][-400:]}
        yield left, on_other_day(left, rng) | sequel


def _generic(titles: Sequence[str], count: int) -> Recipe:
    def make(records: Sequence[Row], rng: random.Random) -> Iterator[Two]:
        for number, (left, right) in enumerate(_two(records, rng, count)):
            title = titles[number % len(titles)]
            yield left | {"title": title}, like_on_other_day(right, left, rng) | {"title": title}

    return make


def _generic_same_day(records: Sequence[Row], rng: random.Random) -> Iterator[Two]:
    for number, (left, right) in enumerate(_two(records, rng, 24)):
        day = {name: left[name] for name in ("month", "day", "year")} | {"title": GENERIC[number % len(GENERIC)]}
        yield left | day, right | day | {"author_count": (left["author_count"] or 1) + 2}


def _boilerplate(records: Sequence[Row], rng: random.Random) -> Iterator[Two]:
    for number, (left, right) in enumerate(_two(records, rng, 24)):
        form, title = BOILERPLATE[number % 2], ("Editorial", "Guest Editorial", "Workshop Report")[number % 3]
        texts = [form.format(n=rng.randrange(3, 30), what=_stem(row["title"]).lower()) for row in (left, right)]
        yield (
            left | {"title": title, "abstract": texts[0]},
            like_on_other_day(right, left, rng) | {"title": title, "abstract": texts[1]},
        )


def _shared_opening(records: Sequence[Row], rng: random.Random) -> Iterator[Two]:
    for left, right in _two(records, rng, 30):
        opening = left["abstract"].split(". ")[0] + ". "
        yield left, right | {"abstract": opening + right["abstract"]}


def _shared_opening_and_end(records: Sequence[Row], rng: random.Random) -> Iterator[Two]:
    """Make papers of one group and day: the same first two sentences and the same last one."""
    for left, right in _two(records, rng, 30):
        sentences = left["abstract"].split(". ")
        abstract = ". ".join((*sentences[:2], right["abstract"].rstrip("."), sentences[-1]))
        yield left, left | {"title": right["title"], "abstract": abstract, "author_count": right["author_count"]}


def _same_abstract_successor(records: Sequence[Row], rng: random.Random) -> Iterator[Two]:
    for left, _ in _two(records, rng, 20):
        yield left, on_other_day(left, rng) | {"title": f"{left['title'].split(':')[0]} V2"}


def _same_abstract_other_paper(records: Sequence[Row], rng: random.Random) -> Iterator[Two]:
    """Make two papers of one day that were filed with one abstract; titles and author counts differ."""
    for left, right in _two(records, rng, 20):
        yield left, left | {"title": right["title"], "author_count": (left["author_count"] or 1) + 3}


def _near_title_other_abstract(records: Sequence[Row], rng: random.Random) -> Iterator[Two]:
    for left, right in _two(records, rng, 30):
        yield left, right | {"title": make_typo(left["title"], rng)}


def _template(records: Sequence[Row], rng: random.Random) -> Iterator[Two]:
    """Make two data papers from one template: the subject differs in title and abstract, months apart or unknown."""
    for number, (one, other) in enumerate((("Hindi", "Tamil"), ("radiology", "dermatology"), ("chess", "poker")) * 8):
        (left,) = rng.sample(records, 1)
        texts = [f"{left['abstract']} All data are about {name}, and {name} alone." for name in (one, other)]
        titles = [f"A Benchmark of {_stem(left['title'])} for {name}" for name in (one, other)]
        right = on_other_day(left, rng) if number % 2 else without_footer(left)
        yield left | {"title": titles[0], "abstract": texts[0]}, right | {"title": titles[1], "abstract": texts[1]}


def _no_abstract_generic(records: Sequence[Row], rng: random.Random) -> Iterator[Two]:
    for number, (left, right) in enumerate(_two(records, rng, 24)):
        title = GENERIC[number % len(GENERIC)]
        yield left | {"title": title}, like_on_other_day(right, left, rng) | {"title": title, "abstract": None}


def _numbered_titles(records: Sequence[Row], rng: random.Random) -> Iterator[Two]:
    """Change one digit of a real title, and leave the abstract: a number that differs is another paper."""
    numbered = [row for row in records if any(letter.isdigit() for letter in row["title"])]
    for row in rng.sample(numbered, min(24, len(numbered))):
        places = [place for place, letter in enumerate(row["title"]) if letter.isdigit()]
        place = rng.choice(places)
        digit = str((int(row["title"][place]) + rng.randrange(1, 9)) % 10) if row["title"][place].isascii() else "7"
        left, right = with_title(row, row["title"], row["title"][:place] + digit + row["title"][place + 1 :])
        yield left, on_other_day(right, rng)


DIFFERENT: Final[dict[str, Recipe]] = {
    "two papers": lambda records, rng: _two(records, rng, 60),
    **{family: _make_marked(marks, None) for family, marks in MARKS.items()},
    **{f"{family}, borrowed abstract": _make_marked(marks, 0.7) for family, marks in MARKS.items()},
    **{f"{family}, no footers": _make_marked_without_footers(marks) for family, marks in MARKS.items()},
    "sequels": _sequels,
    "generic titles": _generic(GENERIC, 48),
    "generic titles of one day": _generic_same_day,
    "generic titles, boilerplate": _boilerplate,
    "generic titles, one without abstract": _no_abstract_generic,
    "long generic titles": _generic(LONG_GENERIC, 24),
    "shared opening sentence": _shared_opening,
    "shared opening and end of one day": _shared_opening_and_end,
    "same abstract, successor": _same_abstract_successor,
    "same abstract, another paper of that day": _same_abstract_other_paper,
    "near title, another abstract": _near_title_other_abstract,
    "one template, two subjects": _template,
    "another digit": _numbered_titles,
}
