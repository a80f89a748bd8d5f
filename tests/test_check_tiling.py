"""The independent checker is checked itself: on a small release made by hand, sound and then spoilt in many ways."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests import check_tiling

if TYPE_CHECKING:
    from collections.abc import Callable

Tables = dict[str, list[dict[str, Any]]]
Piece = tuple[str, str, dict[str, Any]]

FIRST = "A first paper\n\nIts abstract, in a café.\n\n  • 3 authors\n·\nJul 10, 2023"
SECOND = "A second paper\n\nIts abstract\n·\n3 things it shows.\n\n  lab Some Lab\n·\nOct 2 14"
THIRD = "A third paper\n\nNo footer was printed."
TORN = "é torn\n\n  • 1 authors\n·\nSep 9"

PIECES: list[Piece] = [
    ("blank", "\ufeff", {}),
    ("chrome", "new", {}),
    ("blank", "\n\n", {}),
    ("chrome", "Oct 29", {}),
    ("blank", "\r\n\u00a0\r\n", {}),
    ("listing", FIRST, {"title": "A first paper", "date_line": "Jul 10, 2023", "paper_id": "p1"}),
    ("blank", "\n\n", {}),
    ("listing", SECOND, {"title": "A second paper", "date_line": "Oct 2", "paper_id": "p2"}),
    ("blank", "\n\n", {}),
    ("quarantine", TORN, {}),
    ("blank", "\n\n", {}),
    ("listing", THIRD, {"title": "A third paper", "date_line": None, "paper_id": "p1"}),
    ("blank", "\n", {}),
]

SCHEMAS = {
    "dumps": {
        "dump_id": pa.string(),
        "byte_count": pa.int64(),
        "listing_count": pa.int32(),
        "quarantine_count": pa.int32(),
        "listing_bytes": pa.int64(),
        "chrome_bytes": pa.int64(),
        "blank_bytes": pa.int64(),
        "quarantine_bytes": pa.int64(),
    },
    "pages": {"dump_id": pa.string(), "page_number": pa.int32(), "listing_count": pa.int32()},
    "papers": {"paper_id": pa.string(), "listing_count": pa.int32()},
    "listings": {
        "dump_id": pa.string(),
        "page_number": pa.int32(),
        "byte_start": pa.int64(),
        "byte_end": pa.int64(),
        "paper_id": pa.string(),
        "title": pa.string(),
        "date_line": pa.string(),
    },
    "spans": {"dump_id": pa.string(), "byte_start": pa.int64(), "byte_end": pa.int64(), "role": pa.string()},
    "quarantine": {"dump_id": pa.string(), "byte_start": pa.int64(), "byte_end": pa.int64()},
}


def make_raw(pieces: list[Piece]) -> bytes:
    return "".join(text for _, text, _ in pieces).encode()


def make_tables(pieces: list[Piece]) -> Tables:
    raw = make_raw(pieces)
    dump: dict[str, Any] = {"dump_id": check_tiling.make_dump_id(raw), "byte_count": len(raw)}
    dump |= {f"{role}_bytes": 0 for role in ("listing", "chrome", "blank", "quarantine")}
    dump |= {"listing_count": 0, "quarantine_count": 0}
    tables: Tables = {name: [] for name in SCHEMAS}
    start = 0
    for role, text, values in pieces:
        row = {"dump_id": dump["dump_id"], "byte_start": start, "byte_end": start + len(text.encode()), **values}
        start = row["byte_end"]
        dump[f"{role}_bytes"] += len(text.encode())
        if role == "listing":
            tables["listings"].append({"page_number": 0, **row})
        elif role == "quarantine":
            tables["quarantine"].append(row)
        else:
            tables["spans"].append({"role": role, **row})
    dump["listing_count"], dump["quarantine_count"] = len(tables["listings"]), len(tables["quarantine"])
    tables["dumps"] = [dump]
    tables["pages"] = [{"dump_id": dump["dump_id"], "page_number": 0, "listing_count": dump["listing_count"]}]
    papers = [row["paper_id"] for row in tables["listings"]]
    tables["papers"] = [{"paper_id": one, "listing_count": papers.count(one)} for one in sorted(set(papers))]
    return tables


def write_release(folder: Path, tables: Tables) -> Path:
    for name, columns in SCHEMAS.items():
        (folder / name).mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(tables[name], schema=pa.schema(columns)), folder / name / "0.parquet")
    return folder


def find_violations(folder: Path, tables: Tables, raw: bytes) -> list[str]:
    dump = folder / "dump.txt"
    dump.write_bytes(raw)
    return check_tiling.check_release(write_release(folder / "release", tables), [dump])


def move_edge(tables: Tables, start: int, by: int) -> None:
    """Move the edge between two neighbours, and keep the sums right."""
    roles = {id(row): row.get("role", name) for name in ("spans", "listings", "quarantine") for row in tables[name]}
    columns = {"listings": "listing_bytes", "quarantine": "quarantine_bytes", "chrome": "chrome_bytes"}
    for name in ("spans", "listings", "quarantine"):
        for row in tables[name]:
            for edge, sign in (("byte_start", -1), ("byte_end", 1)):
                if row[edge] == start:
                    row[edge] += by
                    tables["dumps"][0][columns.get(roles[id(row)], "blank_bytes")] += sign * by


def spoil_gap(tables: Tables) -> None:
    tables["spans"].pop(2)


def spoil_overlap(tables: Tables) -> None:
    tables["listings"][0]["byte_end"] += 1


def spoil_end(tables: Tables) -> None:
    tables["spans"].pop()


def spoil_character(tables: Tables) -> None:
    move_edge(tables, tables["quarantine"][0]["byte_start"], 1)


def spoil_empty(tables: Tables) -> None:
    edge = tables["listings"][0]["byte_start"]
    tables["spans"].append({**tables["spans"][0], "byte_start": edge, "byte_end": edge})


def spoil_blank(tables: Tables) -> None:
    tables["spans"][1]["role"] = "blank"


def spoil_role(tables: Tables) -> None:
    tables["spans"][1]["role"] = "ornament"


def spoil_title(tables: Tables) -> None:
    tables["listings"][1]["title"] = "Another paper"


def spoil_last_line(tables: Tables) -> None:
    move_edge(tables, tables["listings"][0]["byte_end"], 1)


def spoil_owner(tables: Tables) -> None:
    tables["quarantine"][0]["dump_id"] = "f" * 32


def hide_footer_in_chrome(tables: Tables) -> None:
    row = tables["quarantine"].pop()
    tables["spans"].append({**row, "role": "chrome"})


def cut_footer_in_two(tables: Tables) -> None:
    move_edge(tables, tables["quarantine"][0]["byte_end"], -len("\nSep 9"))


def swallow_next_card(tables: Tables) -> None:
    first, second = tables["listings"][:2]
    first["byte_end"], first["date_line"] = second["byte_end"], second["date_line"]
    tables["listings"].remove(second)


def set_value(table: str, column: str, value: object) -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        tables[table][0][column] = value

    return spoil


def repeat_row(table: str) -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        tables[table].append(dict(tables[table][0]))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (spoil_gap, "have no role"),
        (spoil_overlap, "have two roles"),
        (spoil_end, "the last role ends at byte"),
        (spoil_character, "has an edge inside a character"),
        (spoil_empty, "is empty"),
        (spoil_blank, "is not blank: 'new'"),
        (spoil_role, "unknown roles: ornament"),
        (spoil_title, "does not start with its title 'Another paper'"),
        (spoil_last_line, "reaches past the end of its last line"),
        (spoil_owner, "has rows in other tables but none in dumps"),
        (hide_footer_in_chrome, "stands in no listing and not in quarantine"),
        (cut_footer_in_two, "is cut in two at byte"),
        (swallow_next_card, "holds another card's footer"),
        (set_value("listings", "date_line", None), "has no date_line, but ends with the footer of 'Jul 10, 2023'"),
        (set_value("listings", "date_line", "Jul 11"), "has the date_line 'Jul 11'"),
        (set_value("dumps", "byte_count", 7), "byte_count is 7"),
        (set_value("dumps", "listing_bytes", 7), "listing_bytes is 7"),
        (set_value("dumps", "chrome_bytes", 7), "chrome_bytes is 7"),
        (set_value("dumps", "blank_bytes", 7), "blank_bytes is 7"),
        (set_value("dumps", "quarantine_bytes", 7), "quarantine_bytes is 7"),
        (set_value("dumps", "listing_count", 7), "listing_count is 7"),
        (set_value("dumps", "quarantine_count", 7), "quarantine_count is 7"),
        (set_value("pages", "listing_count", 7), "listing_count is 7"),
        (set_value("papers", "listing_count", 7), "papers p1: listing_count is 7"),
        (set_value("papers", "paper_id", "p9"), "papers p1: listing_count is missing"),
        (set_value("listings", "page_number", 1), "listing_count is missing"),
        (repeat_row("dumps"), "dumps: 1 rows have a key that another row has"),
        (repeat_row("papers"), "papers: 1 rows have a key that another row has"),
    ],
)
def test_a_spoilt_release_is_found_out(tmp_path: Path, spoil: Callable[[Tables], None], said: str):
    tables = make_tables(PIECES)
    spoil(tables)
    violations = find_violations(tmp_path, tables, make_raw(PIECES))
    assert any(said in violation for violation in violations), violations


def test_a_sound_release_has_no_violation(tmp_path: Path):
    assert find_violations(tmp_path, make_tables(PIECES), make_raw(PIECES)) == []


def test_a_changed_dump_is_named_from_both_sides(tmp_path: Path):
    violations = find_violations(tmp_path, make_tables(PIECES), make_raw(PIECES) + b" ")
    assert [violation.partition(": ")[2] for violation in violations] == [
        "its bytes stand in no row of dumps",
        "no file given has these bytes",
    ]


@pytest.mark.parametrize(("status", "count"), [("unreadable", 0), ("read", 1)])
def test_a_file_that_cannot_be_read_must_be_admitted_in_inputs(tmp_path: Path, status: str, count: int):
    tables = make_tables(PIECES)
    release = write_release(tmp_path / "release", tables)
    (release / "inputs").mkdir()
    pq.write_table(pa.table({"path": ["gone.txt"], "status": [status]}), release / "inputs" / "0.parquet")
    (tmp_path / "dump.txt").write_bytes(make_raw(PIECES))
    violations = check_tiling.check_release(release, [tmp_path / "dump.txt", tmp_path / "gone.txt"])
    assert len(violations) == count


def test_notes_and_hidden_files_in_a_folder_are_no_dumps(tmp_path: Path):
    names = ("a.txt", "b/c", "README.md", ".hidden", "_truth/papers.parquet")
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to(tmp_path / "a.txt")
    assert check_tiling.find_files([tmp_path]) == [tmp_path / "a.txt", tmp_path / "b" / "c"]


def test_bytes_that_are_no_utf_8_are_no_violation(tmp_path: Path):
    text = "A paper with \udcff\udca9 in it\n\nAn abstract.\n\n  • 2 authors\n·\nMay 1"
    raw = text.encode("utf-8", "surrogateescape")
    listing = {"title": "A paper with \ufffd\ufffd in it", "date_line": "May 1", "paper_id": "p1"}
    tables = make_tables([("listing", "x" * len(raw), listing)])
    tables["dumps"][0]["dump_id"] = tables["listings"][0]["dump_id"] = check_tiling.make_dump_id(raw)
    tables["pages"][0]["dump_id"] = tables["dumps"][0]["dump_id"]
    assert find_violations(tmp_path, tables, raw) == []


@pytest.mark.parametrize(
    ("raw", "edges"),
    [
        (b"ab", []),
        ("aé".encode(), [2]),
        ("a€".encode(), [2, 3]),
        ("a\U0001f600b".encode(), [2, 3, 4]),
        (b"a\xa9\xa9", []),
        (b"\xe2\x82", []),
        (b"\xc3a", []),
    ],
)
def test_only_whole_characters_can_be_cut(raw: bytes, edges: list[int]):
    assert [edge for edge in range(len(raw) + 1) if check_tiling.is_inside_character(raw, edge)] == edges


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("·\nMay 2", [("May 2", True)]),
        ("\r\n · \r\n\r\nSep 30, 2024 21 \r\n", [("Sep 30, 2024 21", True)]),
        ("  • 14 authors\n·\n3 days ago", [("3 days ago", True)]),
        ("text\n·\n3 things", [("3 things", False)]),
        ("text\n·\nMarkov chains", [("Markov chains", False)]),
        ("text\n·\nOther words", []),
        ("text ·\nMay 2", []),
        ("·", []),
    ],
)
def test_footers_are_found_by_their_dot(text: str, found: list[tuple[str, bool]]):
    footers = check_tiling.scan_footers(text.encode())
    assert [(footer.date_line, footer.is_proven) for footer in footers] == found


def test_the_script_says_all_by_its_exit_code(tmp_path: Path):
    (tmp_path / "dumps" / "deep").mkdir(parents=True)
    (tmp_path / "dumps" / "deep" / "one.txt").write_bytes(make_raw(PIECES))
    sound, spoilt = make_tables(PIECES), make_tables(PIECES)
    spoil_title(spoilt)
    write_release(tmp_path / "sound", sound)
    write_release(tmp_path / "spoilt", spoilt)
    assert run_script(tmp_path, "sound", "dumps") == (0, "")
    code, said = run_script(tmp_path, "spoilt", "dumps")
    assert (code, said.count("\n")) == (1, 1)
    assert "one.txt: the listing at bytes" in said
    assert run_script(tmp_path, "nowhere", "dumps")[0] == 2


def run_script(folder: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-I", Path(check_tiling.__file__), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout
