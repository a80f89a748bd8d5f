from __future__ import annotations

import datetime as dt
import gzip
import io
import os
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from etl.errors import PaperhouseError
from etl.extract.files import InputMissingError, InputUnreadableError
from etl.extract.parse import identify_dump
from etl.stages.collect import (
    INPUT_SCHEMA,
    PLAN_SCHEMA,
    InputOptions,
    NothingReadableError,
    collect_inputs,
    read_inputs,
    read_plan,
    read_roots,
)
from etl.stages.page_days import UnknownGivenDayError
from tests.etl.stages.dumps import MARCH, NOVEMBER, OCTOBER, write_dumps

if TYPE_CHECKING:
    from etl.load.warehouse import Warehouse

OCTOBER_ID, NOVEMBER_ID, MARCH_ID = (identify_dump(text.encode()) for text in (OCTOBER, NOVEMBER, MARCH))


def collect(warehouse: Warehouse, *roots: Path, **options: object) -> tuple[pl.DataFrame, pl.DataFrame]:
    folder = collect_inputs(warehouse, InputOptions(roots, **options)).open_folder(warehouse)
    inputs, plan = read_inputs(folder), read_plan(folder)
    assert (dict(inputs.schema), dict(plan.schema)) == (INPUT_SCHEMA, PLAN_SCHEMA)
    return inputs, plan


def list_inputs(inputs: pl.DataFrame) -> list[tuple]:
    return inputs.select("path", "member", "dump_id", "status").rows()


def test_every_file_of_a_folder_is_named_and_hashed(warehouse: Warehouse, tmp_path: Path):
    folder = write_dumps(tmp_path / "dumps", october=OCTOBER)
    write_dumps(folder / "deep" / "er", march=MARCH)
    for name in ("README.md", ".DS_Store", "_truth.jsonl"):
        (folder / name).write_text("no dump")
    inputs, plan = collect(warehouse, folder)
    expected = pl.DataFrame(
        {
            "path": ["deep/er/march.txt", "october.txt"],
            "member": [None, None],
            "dump_id": [MARCH_ID, OCTOBER_ID],
            "status": ["read", "read"],
            "reason": [None, None],
            "given_page_on": [None, None],
            "given_by": [None, None],
        },
        schema=INPUT_SCHEMA,
    )
    assert_frame_equal(inputs, expected)
    assert plan.select("dump_id", "name", "byte_count").sort("name").rows() == [
        (MARCH_ID, "deep/er/march.txt", len(MARCH.encode())),
        (OCTOBER_ID, "october.txt", len(OCTOBER.encode())),
    ]
    assert plan["dump_id"].is_sorted()


def test_the_plan_does_not_depend_on_names(warehouse: Warehouse, tmp_path: Path):
    texts = [f"{OCTOBER}\n{number}" for number in range(8)]
    plans = []
    for name, ordered in (("one", texts), ("two", texts[::-1])):
        dumps = {f"{number}": text for number, text in enumerate(ordered)}
        plans.append(collect(warehouse, write_dumps(tmp_path / name, **dumps))[1]["dump_id"].to_list())
    assert plans[0] == plans[1] == sorted(plans[0])


def test_one_content_under_two_names_is_one_dump_and_two_inputs(warehouse: Warehouse, tmp_path: Path):
    inputs, plan = collect(warehouse, write_dumps(tmp_path / "dumps", b=OCTOBER, a=OCTOBER))
    assert list_inputs(inputs) == [("a.txt", None, OCTOBER_ID, "read"), ("b.txt", None, OCTOBER_ID, "read")]
    assert plan.height == 1


def test_a_file_named_twice_is_read_once(warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = write_dumps(tmp_path / "dumps", a=OCTOBER)
    monkeypatch.chdir(tmp_path)
    inputs, _ = collect(warehouse, folder, folder / "a.txt", Path("dumps/a.txt"), Path("dumps/../dumps"))
    assert list_inputs(inputs) == [("a.txt", None, OCTOBER_ID, "read")]


def test_two_roots_with_the_same_names_are_told_apart(warehouse: Warehouse, tmp_path: Path):
    first, second = (write_dumps(tmp_path / name, a=text) for name, text in (("one", OCTOBER), ("two", MARCH)))
    inputs, plan = collect(warehouse, first, second)
    assert list_inputs(inputs) == [
        (f"{first}/a.txt", None, OCTOBER_ID, "read"),
        (f"{second}/a.txt", None, MARCH_ID, "read"),
    ]
    assert plan.height == 2


def test_a_name_that_is_no_utf_8_is_escaped(warehouse: Warehouse, tmp_path: Path):
    folder = write_dumps(tmp_path / "dumps")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text(OCTOBER)
    inputs, plan = collect(warehouse, folder)
    assert inputs["path"].to_list() == [r"caf\xe9.txt"]
    assert Path(os.fsdecode(plan["path"][0])).read_text() == OCTOBER


def test_a_name_with_wild_cards_means_itself(warehouse: Warehouse, tmp_path: Path):
    folder = write_dumps(tmp_path / "dumps", **{"a[1]": OCTOBER, "a1": MARCH, "b*": NOVEMBER})
    inputs, _ = collect(warehouse, folder)
    assert dict(inputs.select("path", "dump_id").rows()) == {
        "a[1].txt": OCTOBER_ID,
        "a1.txt": MARCH_ID,
        "b*.txt": NOVEMBER_ID,
    }


def spoil(folder: Path, how: str) -> Path:
    path = folder / "bad.txt"
    if how == "link":
        path.symlink_to(folder / "good.txt")
    elif how == "dangling link":
        path.symlink_to(folder / "nowhere")
    elif how == "pipe":
        os.mkfifo(path)
    elif how == "torn archive":
        path.write_bytes(gzip.compress(OCTOBER.encode())[:-9])
    return path


UNREADABLE = {
    "link": "it is a symbolic link",
    "dangling link": "it is a symbolic link",
    "pipe": "it is no regular file",
    "torn archive": "the archive cannot be unpacked",
}


@pytest.mark.parametrize("how", UNREADABLE)
def test_an_input_that_cannot_be_read_fails_the_build_by_name(warehouse: Warehouse, tmp_path: Path, how: str):
    folder = write_dumps(tmp_path / "dumps", good=OCTOBER)
    spoil(folder, how)
    with pytest.raises(InputUnreadableError, match=rf"^bad\.txt: {UNREADABLE[how]}.*--skip-unreadable"):
        collect(warehouse, folder)


@pytest.mark.parametrize("how", UNREADABLE)
def test_an_input_that_cannot_be_read_is_listed_when_it_may_be_skipped(warehouse: Warehouse, tmp_path: Path, how: str):
    folder = write_dumps(tmp_path / "dumps", good=OCTOBER)
    spoil(folder, how)
    inputs, plan = collect(warehouse, folder, skip_unreadable=True)
    assert list_inputs(inputs) == [("bad.txt", None, None, "unreadable"), ("good.txt", None, OCTOBER_ID, "read")]
    assert inputs["reason"][0].startswith(UNREADABLE[how])
    assert plan.height == 1


def test_a_link_to_a_folder_is_not_followed(warehouse: Warehouse, tmp_path: Path):
    elsewhere = write_dumps(tmp_path / "elsewhere", secret=MARCH)
    folder = write_dumps(tmp_path / "dumps", good=OCTOBER)
    (folder / "sub").symlink_to(elsewhere)
    inputs, _ = collect(warehouse, folder, skip_unreadable=True)
    assert list_inputs(inputs) == [("good.txt", None, OCTOBER_ID, "read"), ("sub", None, None, "unreadable")]


def test_without_a_single_readable_input_there_is_nothing_to_build(warehouse: Warehouse, tmp_path: Path):
    folder = write_dumps(tmp_path / "dumps")
    spoil(folder, "pipe")
    with pytest.raises(NothingReadableError, match="none of the inputs can be read"):
        collect(warehouse, folder, skip_unreadable=True)


def test_a_missing_or_empty_root_is_an_error_that_says_so(warehouse: Warehouse, tmp_path: Path):
    with pytest.raises(InputMissingError, match=r"nowhere: no such file or folder; check the path"):
        collect(warehouse, tmp_path / "nowhere", skip_unreadable=True)
    with pytest.raises(InputMissingError, match="the folder holds no dump"):
        collect(warehouse, write_dumps(tmp_path / "empty"))


def test_a_given_day_stands_beside_its_input(warehouse: Warehouse, tmp_path: Path):
    folder = write_dumps(tmp_path / "dumps", a=OCTOBER, b=MARCH)
    day = dt.date(2025, 10, 29)
    inputs, _ = collect(warehouse, folder, page_days={"a.txt": day})
    assert inputs.select("path", "given_page_on", "given_by").rows() == [
        ("a.txt", day, "option"),
        ("b.txt", None, None),
    ]


def test_a_day_given_for_no_input_is_an_error_that_names_it(warehouse: Warehouse, tmp_path: Path):
    days = {name: dt.date(2025, 10, 29) for name in ("a.txt", "z.txt", "y.txt")}
    with pytest.raises(UnknownGivenDayError, match=r"--page-on names no input: y\.txt, z\.txt;"):
        collect(warehouse, write_dumps(tmp_path / "dumps", a=OCTOBER), page_days=days)


def make_zip(**texts: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in texts.items():
            archive.writestr(f"{name}.txt", text)
    return packed.getvalue()


def make_tar(**texts: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in texts.items():
            entry = tarfile.TarInfo(f"{name}.txt")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()


@pytest.mark.parametrize("pack", [make_zip, make_tar])
def test_the_members_of_an_archive_are_dumps_like_files(warehouse: Warehouse, tmp_path: Path, pack: object):
    folder = write_dumps(tmp_path / "dumps", archive=pack(october=OCTOBER, march=MARCH), plain=OCTOBER)
    inputs, plan = collect(warehouse, folder)
    assert list_inputs(inputs) == [
        ("archive.txt", "march.txt", MARCH_ID, "read"),
        ("archive.txt", "october.txt", OCTOBER_ID, "read"),
        ("plain.txt", None, OCTOBER_ID, "read"),
    ]
    texts = {dump_id: Path(os.fsdecode(path)).read_text() for dump_id, path in plan.select("dump_id", "path").rows()}
    assert texts == {MARCH_ID: MARCH, OCTOBER_ID: OCTOBER}


def test_a_compressed_dump_is_the_dump_itself(warehouse: Warehouse, tmp_path: Path):
    inputs, _ = collect(warehouse, write_dumps(tmp_path / "dumps", a=gzip.compress(OCTOBER.encode())))
    assert list_inputs(inputs) == [("a.txt", None, OCTOBER_ID, "read")]


def test_an_archive_without_a_dump_in_it_does_not_vanish(warehouse: Warehouse, tmp_path: Path):
    folder = write_dumps(tmp_path / "dumps", empty=make_zip(), good=OCTOBER)
    try:
        inputs, _ = collect(warehouse, folder)
    except PaperhouseError as error:
        assert str(error).startswith("empty.txt: ")  # noqa: PT017 - refusing it is as good as listing it
    else:
        assert "empty.txt" in inputs["path"].to_list()


def test_the_named_roots_are_remembered_as_absolute_paths(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write_dumps(tmp_path / "dumps", a=OCTOBER)
    monkeypatch.chdir(tmp_path)
    receipts = [collect_inputs(warehouse, InputOptions((root,))) for root in (Path("dumps"), tmp_path / "dumps")]
    assert receipts[0] == receipts[1]
    assert read_roots(receipts[0].open_folder(warehouse)) == [str(tmp_path / "dumps")]


def test_unchanged_inputs_are_the_same_result_and_changed_ones_another(warehouse: Warehouse, tmp_path: Path):
    folder = write_dumps(tmp_path / "dumps", a=OCTOBER, b=MARCH)
    ids = [collect_inputs(warehouse, InputOptions((folder,))).stage_id for _ in range(2)]
    (folder / "b.txt").write_text(NOVEMBER)
    ids.append(collect_inputs(warehouse, InputOptions((folder,))).stage_id)
    (folder / "b.txt").rename(folder / "c.txt")
    ids.append(collect_inputs(warehouse, InputOptions((folder,))).stage_id)
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def test_what_was_named_is_counted_for_people(warehouse: Warehouse, tmp_path: Path):
    folder = write_dumps(tmp_path / "dumps", a=OCTOBER, b=OCTOBER, c=MARCH)
    spoil(folder, "pipe")
    metrics = collect_inputs(warehouse, InputOptions((folder,), skip_unreadable=True)).metrics
    size = len(OCTOBER.encode()) + len(MARCH.encode())
    assert metrics == {"inputs": 4, "dumps": 2, "bytes": size, "unreadable": 1}


def test_progress_is_told_file_by_file(warehouse: Warehouse, tmp_path: Path):
    told: list[tuple[int, int]] = []
    folder = write_dumps(tmp_path / "dumps", a=OCTOBER, b=MARCH)
    collect_inputs(warehouse, InputOptions((folder,)), on_progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]
