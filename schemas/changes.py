"""The table of changes between two releases, which ``paperhouse diff --changes`` writes; it is in no release itself."""

from __future__ import annotations

from typing import Final

from schemas.table import Table, code_column, column, describe_table

CHANGES: Final = {
    "added": "the row is only in the later release",
    "removed": "the row is only in the earlier release",
    "changed": "the row is in both, and the field has another value",
    "merged": "an id of the earlier release leads to a paper that ids of another earlier paper lead to as well",
    "split": "ids of the earlier paper lead to several papers now, of which this is one",
    "unresolved": "the id leads to no paper any more although its dump is still an input",
}
"""Kinds of changes; the list is open as all lists of codes are."""


class Changes(Table):
    """One row per row that was added or removed, per field that changed, and per paper that was merged or split.

    In no release: the command diff writes it on request.
    """

    table_name: str = column("The table.", str_length={"min_value": 1})
    row_key: str = column(
        "The row's key: a JSON array of the values of the key's columns.", str_length={"min_value": 2}
    )
    change: str = code_column("What happened.", CHANGES)
    field: str = column("The column whose value changed; null where the change is of the whole row.", nullable=True)
    value_before: str = column(
        "The value before as text, a list as JSON; null where it was unknown. Where papers were merged or split, the "
        "paper before.",
        nullable=True,
    )
    value_after: str = column(
        "The value after, in the same form. Where papers were merged or split, the paper after.", nullable=True
    )

    class Config(Table.Config):
        """Key and rules."""

        metadata = describe_table(key=["table_name", "row_key", "change", "field", "value_after"])
