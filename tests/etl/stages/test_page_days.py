from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from etl.extract.files import InputFile, InputMissingError, find_files, find_inputs
from etl.stages.collect import InputOptions, collect_inputs, read_inputs, read_plan
from etl.stages.page_days import (
    PageDayImpossibleError,
    PageDaysContradictError,
    SidecarInvalidError,
    find_named_days,
    gather_page_days,
)
from tests.etl.stages.dumps import MARCH, NOVEMBER, OCTOBER, write_dumps

if TYPE_CHECKING:
    from etl.load.warehouse import Warehouse

DAY, OTHER = dt.date(2025, 10, 29), dt.date(2025, 10, 30)


@pytest.fixture
def dumps(tmp_path: Path) -> Path:
    folder = write_dumps(tmp_path / "dumps", october=OCTOBER)
    write_dumps(folder / "deep", march=MARCH)
    return folder


def write_sidecar(folder: Path, *lines: str) -> Path:
    path = folder / "page_days.csv"
    path.write_text("\n".join(("name,page_on", *lines)) + "\n")
    return path


def list_days(warehouse: Warehouse, *roots: Path, **options: object) -> dict[str, tuple]:
    folder = collect_inputs(warehouse, InputOptions(roots, **options)).open_folder(warehouse)
    inputs = read_inputs(folder).rows(named=True)
    names = (row["path"] if row["member"] is None else f"{row['path']}/{row['member']}" for row in inputs)
    days = ((row["given_page_on"], row["given_by"]) for row in inputs)
    return dict(zip(names, days, strict=True))


def test_a_sidecar_gives_days_to_the_dumps_beside_and_below_it_and_is_no_dump(warehouse: Warehouse, dumps: Path):
    write_sidecar(dumps, "october.txt,2025-10-29", "deep/march.txt, 2025-03-11")
    assert list_days(warehouse, dumps) == {
        "deep/march.txt": (dt.date(2025, 3, 11), "sidecar"),
        "october.txt": (DAY, "sidecar"),
    }
    assert read_plan(collect_inputs(warehouse, InputOptions((dumps,))).open_folder(warehouse)).height == 2


def test_a_sidecar_may_be_named_beside_files(warehouse: Warehouse, dumps: Path):
    sidecar = write_sidecar(dumps, "october.txt,2025-10-29")
    assert list_days(warehouse, dumps / "october.txt", sidecar) == {"october.txt": (DAY, "sidecar")}
    assert list_days(warehouse, dumps / "october.txt") == {"october.txt": (None, None)}


def test_a_folder_that_holds_only_a_sidecar_holds_no_dump(tmp_path: Path):
    write_sidecar(tmp_path)
    with pytest.raises(InputMissingError, match="holds no dump"):
        find_files([tmp_path])


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["november.txt,2025-10-29"], "line 2: 'november.txt' is no dump of this build"),
        (["../dumps/october.txt,2025-10-29"], "is no dump of this build"),
        (["october.txt,29.10.2025"], "line 2: '29.10.2025' is no day such as 2025-10-29"),
        (["october.txt,20251029"], "is no day"),
        (["october.txt"], "it has not 2 fields"),
        (["october.txt,2025-10-29", "october.txt,2025-10-30"], "line 3: 'october.txt' has another day above"),
        (['october.txt,"2025'], "it is no CSV"),
    ],
)
def test_a_sidecar_that_cannot_be_followed_says_where_and_why(dumps: Path, lines: list[str], message: str):
    write_sidecar(dumps, *lines)
    with pytest.raises(SidecarInvalidError, match=r"page_days\.csv, line \d") as caught:
        gather_page_days(*find_inputs([dumps]), {}, from_names=False)
    assert message in str(caught.value)


@pytest.mark.parametrize("raw", [b"file,day\n", b"", b"name,page_on\n\xff\n"])
def test_a_sidecar_of_another_form_is_an_error(dumps: Path, raw: bytes):
    (dumps / "page_days.csv").write_bytes(raw)
    with pytest.raises(SidecarInvalidError):
        gather_page_days(*find_inputs([dumps]), {}, from_names=False)


def test_names_give_days_only_when_asked(warehouse: Warehouse, tmp_path: Path):
    folder = write_dumps(tmp_path / "dumps" / "2025-10-29", page=OCTOBER)
    write_dumps(tmp_path / "dumps" / "2025-10-29", **{"page-2025-10-30-a": NOVEMBER})
    with zipfile.ZipFile(folder.parent / "old.zip", "w") as archive:
        archive.writestr("2025-03-11.txt", MARCH)
    root = tmp_path / "dumps"
    assert set(list_days(warehouse, root).values()) == {(None, None)}
    assert list_days(warehouse, root, page_days_from_names=True) == {
        "2025-10-29/page.txt": (DAY, "name"),
        "2025-10-29/page-2025-10-30-a.txt": (OTHER, "name"),
        "old.zip/2025-03-11.txt": (dt.date(2025, 3, 11), "name"),
    }


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("2025-10-29.txt", ["2025-10-29"]),
        ("a/2025-10-29/b/c.txt", ["2025-10-29"]),
        ("2025-10-28/2025-10-29.txt", ["2025-10-29"]),
        ("20251029.txt", []),
        ("12025-10-29.txt", []),
        ("2025-13-45.txt", []),
        ("2025-10-29T10-00.txt", ["2025-10-29"]),
        ("2025-10-29_2025-10-30.txt", ["2025-10-29", "2025-10-30"]),
        ("page.txt", []),
    ],
)
def test_the_pattern_of_a_day_in_a_name(name: str, days: list[str]):
    assert [str(day.page_on) for day in find_named_days(name)] == days


def test_sources_that_agree_are_one_and_the_option_is_named_first(dumps: Path):
    write_sidecar(dumps, "october.txt,2025-10-29")
    files, sidecars = find_inputs([dumps])
    days = gather_page_days(files, sidecars, {"october.txt": DAY}, from_names=True)
    assert days.find(files[1]) == (DAY, "option")


def test_sources_that_contradict_each_other_are_an_error(dumps: Path):
    write_sidecar(dumps, "october.txt,2025-10-29")
    files, sidecars = find_inputs([dumps])
    days = gather_page_days(files, sidecars, {"october.txt": OTHER}, from_names=False)
    with pytest.raises(PageDaysContradictError, match="2025-10-30 by option and as 2025-10-29 by sidecar"):
        days.find(files[1])
    named = gather_page_days([], [], {}, from_names=True)
    with pytest.raises(PageDaysContradictError, match="by name"):
        named.find(InputFile(Path("x"), "2025-10-29_2025-10-30.txt"))


@pytest.mark.parametrize("day", [dt.date(1999, 1, 1), dt.date(2022, 12, 31), dt.date(2200, 1, 1)])
def test_a_day_that_no_page_can_be_of_is_an_error(dumps: Path, day: dt.date):
    files = find_files([dumps])
    days = gather_page_days(files, [], {"october.txt": day}, from_names=False)
    with pytest.raises(PageDayImpossibleError, match=f"no page can be of {day}"):
        days.find(files[1])
