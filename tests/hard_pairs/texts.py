"""Two prints of one paper whose abstract, footer or words of the title changed: typos, mirrors, cuts, edits, notes."""

from __future__ import annotations

import html
import re
import string
from typing import TYPE_CHECKING, Final

from tests.hard_pairs.pair import Change, Row, Two, with_abstract, without_footer

if TYPE_CHECKING:
    import random


MIRRORS: Final = {"huggingface.co": "mirror.example.dev", "github.com": "code.example.dev", "https://": "http://"}
REMARKS: Final = (
    "We add one more remark that the first version did not have.",
    "An appendix now lists every setting, and two mistakes in a table were mended.",
    "This version was accepted after a round of review and has another discussion.",
)
NOTES: Final = (
    "This paper has been withdrawn by the authors due to an error in Section 3. ",
    "[Withdrawn] ",
    "NOTE: this is an extended version of a workshop paper. ",
    "Accepted as an oral presentation. ",
)
PAGES: Final = (
    " [Project page: https://names.example.org/some-thing]",
    " Project page: https://names.example.org/some-thing",
    " Code is available at https://github.com/names/some-thing.",
    " Our code, data and models will be made public soon.",
    "\n\nhttps://names.example.org",
)
SPELLINGS: Final = (
    ("ization", "isation"), ("izing", "ising"), ("ized", "ised"), ("ize ", "ise "), ("eling", "elling"),
    ("eled", "elled"), ("avior", "aviour"), ("olor", "olour"), ("atasets", "ata sets"), ("enter", "entre"),
)  # fmt: skip
TRANSLATION: Final = "我们研究梯子如何靠在墙上，并报告四十年来的测量结果。所有照片和代码均已公开，供其他研究者使用。"
VENUES: Final = (" (Extended Version)", " [Preprint]", " (Oral)", ": Extended Abstract", " (Technical Report)")


def make_typo(text: str, rng: random.Random) -> str:
    places = [place for place, letter in enumerate(text) if letter.isalpha() and 0 < place < len(text) - 1]
    place = rng.choice(places)
    kind = rng.randrange(4)
    if kind == 0:
        return text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]
    other = ("", text[place] * 2, rng.choice(string.ascii_lowercase))[kind - 1]
    return text[:place] + other + text[place + 1 :]


def _typos(text: str, rng: random.Random, count: int) -> str:
    for _ in range(count):
        text = make_typo(text, rng)
    return text


def _split(text: str) -> list[str]:
    return re.split(r"(?<=[.!?]) ", text)


def _edit(text: str, rng: random.Random) -> str:
    """Drop one sentence and add another."""
    sentences = _split(text)
    if len(sentences) > 3:
        del sentences[rng.randrange(1, len(sentences) - 1)]
    sentences.insert(rng.randrange(1, len(sentences) + 1), rng.choice(REMARKS))
    return " ".join(sentences)


def _title_typo(row: Row, rng: random.Random) -> Two:
    return row, row | {"title": make_typo(row["title"], rng)}


def _typos_everywhere(row: Row, rng: random.Random) -> Two:
    count = len(row["abstract"]) // 150
    return row, row | {"title": make_typo(row["title"], rng), "abstract": _typos(row["abstract"], rng, count)}


def _mirror(row: Row, _: random.Random) -> Two | None:
    text = row["abstract"]
    for host, mirror in MIRRORS.items():
        text = text.replace(host, mirror)
    return with_abstract(row, text) if text != row["abstract"] else None


def _cut(row: Row, length: int) -> Row:
    return row | {"abstract": row["abstract"][:length].rstrip() + "..."}


def _cut_to_part(row: Row, rng: random.Random) -> Two:
    return row, row | {"abstract": row["abstract"][: int(len(row["abstract"]) * rng.uniform(0.5, 0.9))]}


def _cut_front(row: Row, rng: random.Random) -> Two:
    sentences = _split(row["abstract"])
    return with_abstract(row, " ".join(sentences[rng.randrange(1, max(2, len(sentences) // 2)) :] or sentences))


def _cut_without_footer(row: Row, rng: random.Random) -> Two:
    left, right = _cut_to_part(row, rng)
    return left, without_footer(right)


def _heavy_edit(row: Row, rng: random.Random) -> Two:
    """Rewrite every third sentence, and leave the rest."""
    sentences = _split(row["abstract"])
    others = [rng.choice(REMARKS) if number % 3 == 1 else sentence for number, sentence in enumerate(sentences)]
    return with_abstract(row, " ".join(others))


def _reorder(row: Row, rng: random.Random) -> Two:
    sentences = _split(row["abstract"])
    return with_abstract(row, " ".join((*sentences[:1], *rng.sample(sentences[1:], len(sentences) - 1))))


def _hyphenated(row: Row, rng: random.Random) -> Two:
    """Break long words at line ends, as text from a PDF has it."""
    words = [
        f"{word[:5]}-\n{word[5:]}" if len(word) > 9 and word.isalpha() and rng.random() < 0.4 else word
        for word in row["abstract"].split(" ")
    ]
    return with_abstract(row, " ".join(words))


def _spelling(row: Row, _: random.Random) -> Two | None:
    changed = dict(row)
    for field in ("title", "abstract"):
        for ours, theirs in SPELLINGS:
            changed[field] = changed[field].replace(ours, theirs)
    return (row, changed) if changed["title"] != row["title"] else None


def _coded(row: Row, _: random.Random) -> Two:
    text = row["abstract"].replace("-", "\u2013").replace(" and ", " & ", 1)
    return with_abstract(row, html.escape(text).encode("ascii", "xmlcharrefreplace").decode())


def _retitled(row: Row, rng: random.Random) -> Two | None:
    if row["author_count"] is None:
        return None  # with abstract and day alone, two papers of one group look the same
    title = rng.choice(("What Rungs Can Tell Us", "On the Nature of Ladders", "Climbing Without Walls"))
    return row, row | {"title": title}


def _renamed_system(row: Row, rng: random.Random) -> Two | None:
    """Give the system before the colon another name; the rest, the abstract and the footer stay."""
    name, colon, rest = row["title"].partition(":")
    if not colon or row["author_count"] is None or any(letter.isdigit() for letter in name):
        return None  # a number that differs is another paper
    return row, row | {"title": f"{rng.choice(('Rungster', 'OpenLadder'))}:{rest}"}


def _new_subtitle(row: Row, rng: random.Random) -> Two | None:
    name, colon, _rest = row["title"].partition(":")
    if not colon:
        return None
    return row, row | {"title": f"{name}: {rng.choice(('A Closer Look', 'Rungs Revisited', 'Taking the Next Step'))}"}


def _noted_title(row: Row, rng: random.Random) -> Two:
    return row, row | {"title": row["title"] + rng.choice(VENUES)}


def _dropped_subtitle(row: Row, _: random.Random) -> Two | None:
    name, colon, _rest = row["title"].partition(":")
    return (row, row | {"title": name}) if colon else None


def _next_day(row: Row, rng: random.Random) -> Two:
    return row, row | {
        "day": row["day"] % 28 + 1 if row["day"] < 28 else row["day"],
        "abstract": _edit(row["abstract"], rng),
    }


def _other_count(row: Row, rng: random.Random) -> Two:
    count = (row["author_count"] or 1) + rng.choice((1, 2))
    return row, row | {
        "author_count": count,
        "title": make_typo(row["title"], rng),
        "abstract": _edit(row["abstract"], rng),
    }


def _two_changes(row: Row, rng: random.Random) -> Two:
    """Two changes at once, one on each print."""
    names = [name for name in SAME_TEXTS if name not in _ALONE]
    left, right = (SAME_TEXTS[name][1](row, rng) for name in rng.sample(names, 2))
    return (left or (row, row))[1], (right or (row, row))[1]


_ALONE: Final = ("two changes", "retitled", "another system's name", "new subtitle", "withdrawn, abstract gone",
                 "first 200 letters", "first sentence", "translated abstract")  # fmt: skip

SAME_TEXTS: Final[dict[str, tuple[str, Change]]] = {
    "typo in the title": ("typo", _title_typo),
    "typos everywhere": ("typo", _typos_everywhere),
    "typo and edited abstract": (
        "typo",
        lambda row, rng: (row, row | {"title": make_typo(row["title"], rng), "abstract": _edit(row["abstract"], rng)}),
    ),
    "typo, without footers": (
        "typo",
        lambda row, rng: (without_footer(row), without_footer(row) | {"title": make_typo(row["title"], rng)}),
    ),
    "other spelling": ("typo", _spelling),
    "mirror": ("mirror", _mirror),
    "cut somewhere": ("truncated abstract", _cut_to_part),
    "first 200 letters": ("truncated abstract", lambda row, _: (row, _cut(row, 200))),
    "first 400 letters": ("truncated abstract", lambda row, _: (row, _cut(row, 400))),
    "first sentence": ("truncated abstract", lambda row, _: with_abstract(row, _split(row["abstract"])[0])),
    "beginning cut off": ("truncated abstract", _cut_front),
    "cut, without footer": ("truncated abstract", _cut_without_footer),
    "cut, typo in the title": (
        "truncated abstract",
        lambda row, rng: (row, _cut(row, 500) | {"title": make_typo(row["title"], rng)}),
    ),
    "one sentence edited": ("edited abstract", lambda row, rng: with_abstract(row, _edit(row["abstract"], rng))),
    "every third sentence rewritten": ("edited abstract", _heavy_edit),
    "sentences in another order": ("edited abstract", _reorder),
    "words broken at line ends": ("edited abstract", _hyphenated),
    "entities in the abstract": ("edited abstract", _coded),
    "project page added": ("edited abstract", lambda row, rng: with_abstract(row, row["abstract"] + rng.choice(PAGES))),
    "note in front": ("edited abstract", lambda row, rng: with_abstract(row, rng.choice(NOTES) + row["abstract"])),
    "withdrawn, abstract gone": ("edited abstract", lambda row, _: with_abstract(row, NOTES[0].strip())),
    "translated abstract": (
        "edited abstract",
        lambda row, _: with_abstract(row, TRANSLATION),
    ),
    "next day, edited": ("edited abstract", _next_day),
    "another author count, typo, edited": ("edited abstract", _other_count),
    "two changes": ("edited abstract", _two_changes),
    "retitled": ("retitled", _retitled),
    "another system's name": ("retitled", _renamed_system),
    "new subtitle": ("retitled", _new_subtitle),
    "dropped subtitle": ("retitled", _dropped_subtitle),
    "note behind the title": ("retitled", _noted_title),
    "footer missing": ("footer", lambda row, _: (row, without_footer(row))),
    "footer missing, one sentence edited": (
        "footer",
        lambda row, rng: (row, without_footer(row) | {"abstract": _edit(row["abstract"], rng)}),
    ),
    "year not printed": ("footer", lambda row, _: (row, row | {"year": None})),
    "no abstract": ("footer", lambda row, _: (row, row | {"abstract": None})),
}
"""Families by name, each with its kind."""
