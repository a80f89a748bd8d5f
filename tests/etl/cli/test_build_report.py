"""The numbers of a build as rows."""

from __future__ import annotations

import polars as pl

from etl.cli.build_report import BuildSummary, Unread, find_unread, list_rows

INPUT_SCHEMA = {"path": pl.String, "member": pl.String, "status": pl.String, "reason": pl.String}


def make_summary(**numbers: object) -> BuildSummary:
    zeros = dict.fromkeys(BuildSummary.__dataclass_fields__, 0)
    roles = {"listing": 0, "chrome": 0, "blank": 0, "quarantine": 0}
    return BuildSummary(**{**zeros, "bytes_by_role": roles, "unread": [], **numbers})


def test_files_that_gave_nothing_are_found_by_name_with_their_reason():
    inputs = pl.DataFrame(
        [
            ("z.txt", None, "rejected", "not_text"),
            ("pack.zip", "b.txt", "rejected", "a code of later days"),
            ("good.txt", None, "read", None),
            ("link.txt", None, "unreadable", "it is a symbolic link"),
        ],
        schema=INPUT_SCHEMA,
        orient="row",
    )
    *others, rejected = find_unread(inputs)
    assert others == [
        Unread("link.txt", "unreadable", "it is a symbolic link"),
        Unread("pack.zip/b.txt", "rejected", "a code of later days"),
    ]
    assert (rejected.path, rejected.status) == ("z.txt", "rejected")
    assert rejected.reason.startswith("not_text, the bytes are no text")


def test_nothing_unread_is_nothing():
    assert find_unread(pl.DataFrame(schema=INPUT_SCHEMA)) == []


def test_shares_are_of_all_bytes():
    rows = {
        name: (amount, remark)
        for name, amount, remark in list_rows(make_summary(bytes_by_role={"listing": 750, "blank": 250}))
    }
    assert rows["listing bytes"] == ("750", "75.0 %")
    assert rows["blank bytes"] == ("250", "25.0 %")


def test_remarks_stand_only_where_there_is_something_to_remark():
    quiet = {name: remark for name, _, remark in list_rows(make_summary())}
    loud = {
        name: remark
        for name, _, remark in list_rows(
            make_summary(unreadable_files=1, dumps_empty=1234, quarantined=1, pages_without_year=2)
        )
    }
    told = {name: remark for name, remark in loud.items() if remark != quiet[name]}
    assert told == {
        "files": "1 could not be read and were skipped",
        "dumps read": "1,234 more empty",
        "quarantined": "see table quarantine",
        "pages": "2 of an unknown year",
    }


def test_the_summary_is_plain_data():
    summary = make_summary(unread=[Unread("a", "rejected", "why")])
    assert summary.to_json()["unread"] == [{"path": "a", "status": "rejected", "reason": "why"}]


def test_decisions_are_a_row_where_there_are_any():
    rows = {name: (amount, remark) for name, amount, remark in list_rows(make_summary(decisions=3))}
    assert rows["decisions"] == ("3", "")
    lost = {
        name: remark
        for name, _, remark in list_rows(make_summary(decisions=3, decisions_without_paper=1, lost_decisions="2"))
    }
    assert lost["decisions"] == "1 about papers that are in no dump: 2"
    assert "decisions" not in {name for name, _, _ in list_rows(make_summary())}
