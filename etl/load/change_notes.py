"""What changed between two releases, in sentences: for CHANGES.md, for the terminal, for a dry run.

Pure: takes the plain form of ``etl.load.release_diff``, as it stands in a manifest under ``changes``, and gives text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from schemas.dictionary import escape_markdown, render_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from etl.load.reader import Release

NOTICEABLE_POINTS: Final = 5.0
"""A share of nulls that moved by less than this many percentage points is not worth a sentence."""

COUNTS_HEAD: Final = ("table", "rows before", "rows after", "added", "removed", "changed", "fields that changed")
FIRST_RELEASE: Final = "There was no release before this one that it could be compared with."


def render_change_notes(release: Release, _: Release | None) -> str:
    """Render CHANGES.md from the release's manifest."""
    changes = release.manifest["changes"]
    head = f"# Changes\n\nRelease {release.release_id}, contract {release.manifest['contract_version']}.\n"
    if changes is None:
        return f"{head}{FIRST_RELEASE}\n"
    reason = release.manifest["accepted_break"]
    accepted = (
        f"\nBreaks were accepted by whoever built it, with the reason: {escape_markdown(reason)}\n" if reason else ""
    )
    sentences = "\n".join(f"- {sentence}" for sentence in list_sentences(changes))
    rows = list_counts(changes)
    table = f"\n{render_rows(COUNTS_HEAD, rows)}\n" if rows else ""
    return (
        f"{head}Compared with release {changes['before']}, which was current before.\n{accepted}\n{sentences}\n{table}"
    )


def list_sentences(changes: Mapping[str, Any]) -> list[str]:
    """List what a reader must know, most important first: contract, ids, papers, nulls."""
    return [
        *_tell_contract(changes["contract"]),
        *_tell_ids(changes["ids"]),
        *_tell_nulls(changes["tables"]),
        *(
            f"The rows of table {name} could not be compared, since {table['incomparable']}."
            for name, table in changes["tables"].items()
            if table["incomparable"]
        ),
    ]


def list_counts(changes: Mapping[str, Any]) -> list[list[str]]:
    """List the rows of a table of counts, for each table of the releases that changed; head is ``COUNTS_HEAD``."""
    return [
        [
            name,
            *(f"{table[count]:,}" for count in ("rows_before", "rows_after", "added", "removed", "changed")),
            ", ".join(f"{field} {numbers['changed']:,}" for field, numbers in _sort_fields(table["fields"])),
        ]
        for name, table in changes["tables"].items()
        if table["added"] or table["removed"] or table["changed"] or table["incomparable"]
    ]


def _tell_contract(contract: Mapping[str, Any]) -> Iterator[str]:
    found = [*contract["schema_differences"], *contract["data_breaks"]]
    if not found and contract["before"] == contract["after"]:
        yield f"Contract {contract['after']} as before: no schema differs, and nothing that readers rely on is broken."
        return
    needed = f"the differences need {contract['needed']}" if found else "no difference asks for it"
    yield f"Contract {contract['before']} before, {contract['after']} now; {needed}."
    for difference in found:
        yield f"{difference['level'].capitalize()}: {difference['what']}."


def _tell_ids(ids: Mapping[str, Any]) -> Iterator[str]:
    for number, what in (
        (ids["merged"], "made of several that were papers of their own before"),
        (ids["split"], "several papers now"),
        (ids["renamed"], "under another paper_id now, to which the old one leads through aliases"),
    ):
        if number:
            yield f"{_count(number, 'paper is', 'papers are')} {what}."
    for kind in ("merges", "splits"):
        for move in ids[kind]:
            yield f"{', '.join(move['before'])} became {', '.join(move['after'])}."
        if len(ids[kind]) < ids["merged" if kind == "merges" else "split"]:
            yield f"These {kind} are the first {len(ids[kind])}; the table changes of 'paperhouse diff' has all."
    if ids["left_with_their_dump"]:
        number = _count(ids["left_with_their_dump"], "id no longer resolves", "ids no longer resolve")
        yield f"{number} since their dumps are no longer inputs."


def _tell_nulls(tables: Mapping[str, Any]) -> Iterator[str]:
    for name, table in tables.items():
        for column, (before, after) in table["null_shares"].items():
            if abs(after - before) * 100 >= NOTICEABLE_POINTS:
                yield f"{name}.{column} is null in {100 * after:.1f} % of the rows, {100 * before:.1f} % before."


def _sort_fields(fields: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(fields.items(), key=lambda one: (-one[1]["changed"], one[0]))


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
