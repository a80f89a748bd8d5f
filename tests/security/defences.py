"""The table of defences: what each keeps out, where it stands, how it is switched off, and the test that misses it."""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import duckdb

from etl.cli.dagster_server import plan_server
from etl.extract import archives
from etl.load import query
from etl.load.duckdb_names import quote_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from etl.extract.archives import Member
    from etl.load.reader import Release


class Defence(NamedTuple):
    """A defence: the module and name that hold it, what stands there when it is off, and its test."""

    name: str
    module: str
    attribute: str
    weakened: Any
    test: str


NOTHING: Final = re.compile("(?!)")
"""A pattern that finds nothing."""

_untar, _unzip = archives._untar, archives._unzip


def extract_by_name(content: bytes, name: str) -> Iterator[Member]:
    """Unpack a tar to where its members' names say, as ``tarfile`` does unasked."""
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(Path.cwd())  # noqa: S202 - this is what must not be
    yield from _untar(content, name)


def open_nested(content: bytes, name: str) -> Iterator[Member]:
    """Unpack archives in archives, too."""
    for member in _unzip(content, name):
        yield from archives.unpack(member.raw, name)


def open_everything(release: Release, memory_limit: str, _: object = None) -> duckdb.DuckDBPyConnection:
    """Open a session of DuckDB as it comes."""
    connection = duckdb.connect(config={"memory_limit": memory_limit})
    connection.execute(f"ATTACH {quote_text(str(release.catalog))} AS paperhouse (READ_ONLY)")
    connection.execute("USE paperhouse")
    return connection


class NoTimer:
    """A timer that never rings."""

    daemon = True

    def __init__(self, *_: object) -> None:
        """Take what a timer takes."""

    def start(self) -> None:
        """Do nothing."""

    def join(self) -> None:
        """Do nothing."""

    def cancel(self) -> None:
        """Do nothing."""


DEFENCES: Final = (
    Defence("links in folders", "os", "O_NOFOLLOW", 0, "test_files.py::test_a_link_in_a_folder_is_not_followed"),
    Defence(
        "pipes and devices",
        "stat",
        "S_ISREG",
        lambda _: True,
        "test_files.py::test_a_pipe_is_neither_waited_for_nor_read",
    ),
    Defence(
        "links in the warehouse",
        "os",
        "O_NOFOLLOW",
        0,
        "test_files.py::test_a_link_planted_as_the_lock_is_not_followed",
    ),
    Defence(
        "names of members",
        "etl.extract.archives",
        "_untar",
        extract_by_name,
        "test_files.py::test_members_are_never_written_where_their_names_say",
    ),
    Defence(
        "links in archives",
        "tarfile.TarInfo",
        "isreg",
        lambda _: True,
        "test_files.py::test_a_member_that_is_a_link_is_refused",
    ),
    Defence(
        "bombs", "etl.extract.archives", "FREE_BYTES", 1 << 40, "test_files.py::test_a_bomb_is_stopped_while_it_unpacks"
    ),
    Defence(
        "bombs of many members",
        "etl.extract.archives",
        "FREE_BYTES",
        1 << 40,
        "test_files.py::test_many_small_members_are_counted_together",
    ),
    Defence(
        "too many members",
        "etl.extract.archives",
        "_count_members",
        lambda entries, _: iter(entries),
        "test_files.py::test_members_are_counted",
    ),
    Defence(
        "archives in archives",
        "etl.extract.archives",
        "_unzip",
        open_nested,
        "test_files.py::test_an_archive_in_an_archive_is_not_opened",
    ),
    Defence(
        "misleading tars",
        "etl.extract.archives",
        "check_tar_headers",
        lambda *_: None,
        "test_files.py::test_a_tar_that_would_mislead_its_reader_is_refused",
    ),
    Defence(
        "slow patterns",
        "etl.transform.markup",
        "_ARROW",
        re.compile("-+>"),
        "test_patterns.py::test_a_pattern_takes_time_in_proportion_to_the_text[etl.transform.markup:_ARROW]",
    ),
    Defence(
        "control characters",
        "etl.escape",
        "_UNSAFE",
        NOTHING,
        "test_texts.py::test_nothing_that_is_shown_steers_the_terminal",
    ),
    Defence(
        "control characters in JSON",
        "etl.escape",
        "_UNSAFE",
        NOTHING,
        "test_texts.py::test_json_that_is_shown_does_not_either_and_loses_nothing",
    ),
    Defence(
        "control characters in logs",
        "assets.resources",
        "escape_text",
        str,
        "test_texts.py::test_no_error_of_ours_steers_a_log_of_dagster",
    ),
    Defence(
        "formulas",
        "etl.cli.answers",
        "FORMULA",
        NOTHING,
        "test_texts.py::test_no_cell_of_a_spreadsheet_is_a_formula",
    ),
    Defence(
        "Markdown",
        "schemas.dictionary",
        "_MARKDOWN_SIGNS",
        NOTHING,
        "test_texts.py::test_markdown_shows_markup_as_it_is",
    ),
    Defence(
        "HTML in pages",
        "etl.report.rendering.ENVIRONMENT",
        "autoescape",
        False,  # noqa: FBT003 - the value that is put there
        "test_texts.py::test_a_page_shows_markup_as_it_is",
    ),
    Defence(
        "text in Dagster",
        "assets.metadata",
        "_escape",
        str,
        "test_texts.py::test_dagster_shows_others_text_in_cells_alone",
    ),
    Defence(
        "statements",
        "etl.load.query",
        "check_select",
        lambda _, sql: sql,
        "test_sql.py::test_only_one_reading_statement_is_run",
    ),
    Defence(
        "files and settings",
        "etl.load.query",
        "open_session",
        open_everything,
        "test_sql.py::test_only_the_release_is_reached_and_no_setting",
    ),
    Defence(
        "other files of the warehouse",
        "etl.load.query",
        "open_session",
        open_everything,
        "test_sql.py::test_only_the_releases_own_files_are_reached",
    ),
    Defence(
        "hidden queries",
        "etl.load.query",
        "_HIDING_FUNCTIONS",
        frozenset(),
        "test_sql.py::test_no_query_is_hidden_in_a_text",
    ),
    Defence(
        "frames of the program",
        "etl.load.query",
        "open_session",
        open_everything,
        "test_sql.py::test_no_frame_of_the_program_is_reached",
    ),
    Defence(
        "endless queries",
        "etl.load.query",
        "threading",
        SimpleNamespace(Timer=NoTimer, Event=query.threading.Event),
        "test_sql.py::test_a_query_that_takes_too_long_is_stopped",
    ),
    Defence(
        "huge values",
        "resource",
        "setrlimit",
        lambda *_: None,
        "test_sql.py::test_one_huge_value_meets_the_systems_limit",
    ),
    Defence(
        "the UI for others",
        "etl.cli.ui",
        "is_loopback",
        lambda _: True,
        "test_ui.py::test_a_ui_that_can_start_builds_stays_on_this_machine",
    ),
    Defence(
        "viewers",
        "tests.security.test_ui",
        "plan_server",
        lambda house, *, read_only, **place: plan_server(house, read_only=not read_only, **place),
        "test_ui.py::test_who_only_looks_can_start_nothing",
    ),
    Defence(
        "other sites",
        "assets.webserver",
        "is_own_request",
        lambda *_: True,
        "test_ui.py::test_no_page_of_another_site_reaches_the_ui",
    ),
)
