"""Why a release says what it says: a paper with its listings and merges, and a dump with the role of every byte."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl

from etl.errors import PaperhouseError
from etl.extract.archives import unpack
from etl.extract.files import InputFile, InputUnreadableError, escape_name, find_files, read_file
from etl.extract.parse import identify_dump
from etl.transform.golden import OBSERVED_FIELDS
from etl.transform.provenance import VARIANT_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from etl.load.reader import Release

MAX_FOUND: Final = 20

Row = dict[str, Any]


class PaperUnknownError(PaperhouseError):
    """Words or an id that name no paper, or too many."""

    def __init__(self, asked: str, titles: list[str]) -> None:
        if not titles:
            super().__init__(f"no paper of this release has the id or the words {asked!r} in its title")
        else:
            shown = "; ".join(titles[:MAX_FOUND])
            super().__init__(f"{len(titles)} papers have the words {asked!r} in their titles, say more: {shown}")


class DumpUnknownError(PaperhouseError):
    """An id or a name that is none of a release's dumps, or of several."""

    def __init__(self, asked: str, count: int) -> None:
        problem = "no dump" if count == 0 else f"{count} dumps"
        super().__init__(f"{problem} of this release can be meant by {asked!r}; the tables dumps and inputs list them")


class DumpGoneError(PaperhouseError):
    """A dump whose bytes are no longer where the release found them."""

    def __init__(self, dump_id: str, places: list[str]) -> None:
        super().__init__(
            f"the bytes of dump {dump_id} are no longer among the inputs ({', '.join(places)}); "
            "name the file that holds them with --file"
        )


class PaperExplanation(NamedTuple):
    """A paper, its listings with what each says of its merge, and the values that lost."""

    paper: Row
    listings: list[Row]
    variants: list[Row]
    near_misses: list[Row]


class Election(NamedTuple):
    """How a paper's field was decided: its value, how many listings print that, another or nothing, and the rule."""

    field: str
    value: object
    same: int
    other: int
    silent: int
    rule: str


class Piece(NamedTuple):
    """A stretch of a dump: its bytes ``[start, end)``, its role, what it is in that role, and its text."""

    start: int
    end: int
    role: str
    kind: str
    text: str


def explain_paper(release: Release, asked: str) -> PaperExplanation:
    """Explain the paper of an id (any alias of it) or of words in its title.

    Errors: ``PaperUnknownError`` if no paper is meant, or more than one.
    """
    paper = _find_paper(release, asked)
    paper_id = paper["paper_id"]
    merges = release.scan("merges").filter(pl.col("paper_id") == paper_id).drop("paper_id")
    names = release.scan("inputs").group_by("dump_id").agg(pl.col("path").min().alias("file"))
    listings = (
        release.scan("listings")
        .filter(pl.col("paper_id") == paper_id)
        .join(merges, on=["dump_id", "position"], how="left")
        .join(names, on="dump_id", how="left")
        .sort("page_on", "dump_id", "position", nulls_last=True)
        .collect()
    )
    variants = release.scan("variants").filter(pl.col("paper_id") == paper_id).collect()
    either = (pl.col("paper_id") == paper_id) | (pl.col("other_paper_id") == paper_id)
    near_misses = release.scan("near_misses").filter(either).collect()
    return PaperExplanation(paper, listings.to_dicts(), variants.to_dicts(), near_misses.to_dicts())


def tell_elections(explanation: PaperExplanation) -> list[Election]:
    """Tell of each field that any listing prints how the paper's value was found.

    Source: docs/architecture.md#golden-records
    """
    elections = []
    for field in VARIANT_FIELDS:
        variants = [variant for variant in explanation.variants if variant["field"] == field]
        others = Counter(variant["value"] for variant in variants if variant["value"] is not None)
        silent = len(variants) - others.total()
        same = len(explanation.listings) - len(variants)
        value = explanation.paper[field]
        if value is not None:
            elections.append(Election(field, value, same, others.total(), silent, _name_rule(field, same, others)))
    return elections


def _name_rule(field: str, same: int, others: Counter[str]) -> str:
    if not others:
        return "all that print one"
    if field in OBSERVED_FIELDS:
        return "the latest page that prints one"
    if field == "organization_name":
        return "of those printed with the handle"
    if field == "published_on":
        return "a printed year first, then most listings, then the latest page"
    return "most listings" if same > max(others.values()) else "the latest page, then dump and card"


def find_difference(value: str, other: str) -> int:
    """Find the place from which on two texts differ.

    >>> find_difference("deep ladders", "deep lamps")
    7
    """
    return next(
        (place for place, (one, two) in enumerate(zip(value, other, strict=False)) if one != two),
        min(len(value), len(other)),
    )


def list_near_misses(release: Release, *, limit: int) -> list[Row]:
    """List the pairs that were alike and not merged, the most alike first, with both titles."""
    titles = release.scan("papers").select("paper_id", "title", "published_on")
    others = titles.rename({name: f"other_{name}" for name in ("paper_id", "title", "published_on")})
    return (
        release.scan("near_misses")
        .join(titles, on="paper_id", how="left")
        .join(others, on="other_paper_id", how="left")
        .sort(
            "abstract_permille", "title_permille", "paper_id", "other_paper_id", descending=[True, True, False, False]
        )
        .head(limit)
        .collect()
        .to_dicts()
    )


def explain_dump(release: Release, asked: str, file: Path | None = None) -> tuple[Row, list[Piece]]:
    """Explain a dump by its id (or the beginning of it) or its file's name: its row, and every piece in order.

    The bytes are read again from the inputs of the release, or from ``file``. Errors: ``DumpUnknownError`` if no dump
    is meant or several, ``DumpGoneError`` if its bytes are no longer there.
    """
    dump = _find_dump(release, asked)
    dump_id = dump["dump_id"]
    raw = _read_raw(release, dump_id, file)
    of_dump = pl.col("dump_id") == dump_id
    span = ("byte_start", "byte_end")
    parts = (
        release.scan("listings")
        .filter(of_dump)
        .select(*span, pl.lit("listing").alias("role"), _name_card().alias("kind")),
        release.scan("spans").filter(of_dump).select(*span, "role", "kind"),
        release.scan("quarantine")
        .filter(of_dump)
        .select(*span, pl.lit("quarantine").alias("role"), pl.col("reason").alias("kind")),
    )
    rows = pl.concat(parts).sort("byte_start").collect().iter_rows()
    codec = dump["encoding"] or "utf-8"
    return dump, [
        Piece(start, end, role, kind, raw[start:end].decode(codec, "replace")) for start, end, role, kind in rows
    ]


def _name_card() -> pl.Expr:
    """Name a listing by its position, and by its problems where it has any."""
    problems = pl.col("problems").list.join(", ")
    return pl.concat_str(
        pl.format("card {}", "position"), pl.when(problems != "").then(": " + problems), ignore_nulls=True
    )


def _find_paper(release: Release, asked: str) -> Row:
    named = release.scan("aliases").filter(pl.col("alias_id") == asked.lower()).select("paper_id")
    papers = release.scan("papers").join(named, on="paper_id", how="semi").collect()
    if papers.is_empty():
        words = [pl.col("title").str.to_lowercase().str.contains(word, literal=True) for word in asked.lower().split()]
        papers = release.scan("papers").filter(*words).sort("title", "paper_id").collect() if words else papers
    if papers.height != 1:
        raise PaperUnknownError(asked, papers["title"].to_list())
    return papers.row(0, named=True)


def _find_dump(release: Release, asked: str) -> Row:
    named = release.scan("inputs").filter(pl.col("path") == asked).select("dump_id")
    is_meant = pl.col("dump_id").str.starts_with(asked.lower())
    dumps = release.scan("dumps")
    found = pl.concat([dumps.filter(is_meant), dumps.join(named, on="dump_id", how="semi")]).unique("dump_id").collect()
    if not asked or found.height != 1:
        raise DumpUnknownError(asked, found.height)
    return found.row(0, named=True)


def _read_raw(release: Release, dump_id: str, file: Path | None) -> bytes:
    """Find the bytes of a dump among the inputs of its release, or in a file that the user names."""
    rows = release.scan("inputs").filter(pl.col("dump_id") == dump_id).select("path").collect()
    names = set(rows["path"].to_list())
    roots = tuple(Path(root) for root in release.manifest["facts"]["input_roots"]) if file is None else (file,)
    for candidate in _list_candidates(roots, None if file else names):
        try:
            for member in unpack(read_file(candidate), candidate.name):
                if identify_dump(member.raw) == dump_id:
                    return member.raw
        except InputUnreadableError:
            continue  # a file that cannot be read any more does not hold the bytes
    raise DumpGoneError(dump_id, sorted(names) if file is None else [escape_name(file)])


def _list_candidates(roots: tuple[Path, ...], names: set[str] | None) -> Iterator[InputFile]:
    for root in roots:
        try:
            files = find_files([root])
        except PaperhouseError:
            continue  # the whole root is gone
        yield from (file for file in files if names is None or any(name.endswith(file.name) for name in names))
