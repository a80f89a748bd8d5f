"""The note that lies beside every sample: it says that all of it is invented, and how it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK: Final = "# Invented dumps"
"""First line of the note; it tells a sample's folder from any other."""

_NOTE: Final = """{mark}

Everything in this folder is invented: no paper, name, organisation, date, number or URL in it is real.
The texts are put together from lists of words and sentences by the package `etl.sample`, in the layouts of the source.
Any likeness to a real paper or place on the web is an accident.

Made by `{call}`; the same call writes the same dumps on every machine.

## The invented world

Each `page-*.txt` is one page of a site that lists papers, captured on a working day of 2024, 2025 or 2026.
A page prints no year for days of its own year, and the year for all others.
Most pages show papers of several years.
Some show papers of their own year only, so that not one year is printed.
Some were captured in the first days of January.
Some were captured without footers: titles and abstracts only, so nothing on them has a date.
Some came through a mirror, which put `{mirror}` in the place of `{hub}` in every URL.
About one card in nine lists a paper that an earlier page lists too; a later day never shows fewer comments.
Its title may then be printed in another case, with other punctuation, in another Unicode form or with other LaTeX.
From {organizations_since} on, a paper of an organisation prints the organisation instead of the number of authors.
A few cards have lost their footer, most of them cards of organisations.
The first papers of pages 0 and 1 share a short title and nothing else; so do those of 2 and 3, of 4 and 5.
On page {damaged_page}, one card breaks off in the middle of a word of its abstract, and its footer is gone.

## The truth

`_truth/records.parquet` has a row for every card, with the fields as printed.
`byte_start` is the first byte of its title, `byte_end` the byte after its last line.
`date_line` is without the number behind it, which is `comment_count`.
A card without a footer has null in both, and in `published_on`.
`year_is_printed` says whether the date line names the year.
The damaged card is marked `is_damaged`; its row says what is left of it.

`_truth/papers.parquet` has a row for every paper: how many cards list it, and what they say together.
Its abstract is there as a hash; the text is in the records.
Where cards differ, the dataset's rules chose, with the true days of the pages.
What the other cards print is in `other_titles`, `other_abstract_sha256s` and `other_comment_counts`.
A reader that cannot find out the year of a page may rightly choose one of those.
Likewise it may leave `published_on` null where `year_is_printed` is false.

`_truth/dumps.parquet` has a row for every dump.
`page_on` is the day on which its page was captured, which does not always follow from what is printed.
"""


def write_note(*, dumps: int, seed: int, cards_per_dump: int | None, world: Mapping[str, object]) -> str:
    """Write the note; ``world`` are the facts of the invented world that it names."""
    cards = "" if cards_per_dump is None else f" --cards-per-dump {cards_per_dump}"
    return _NOTE.format(mark=MARK, call=f"paperhouse sample OUT --dumps {dumps} --seed {seed}{cards}", **world)
