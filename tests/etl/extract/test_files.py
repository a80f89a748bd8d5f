from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from etl.extract.files import InputFile, InputMissingError, InputUnreadableError, escape_name, find_files, read_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = ("plain.txt", "with space.txt", "quote'and\"quote.txt", "a[1].txt", "new\nline.txt", "*.txt", "-rf", "数羊.txt")


def list_names(*roots: Path) -> list[str]:
    return [file.name for file in find_files(roots)]


def read_all(*roots: Path) -> dict[str, bytes]:
    return {file.name: read_file(file) for file in find_files(roots)}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_any_name_is_read(tmp_path: Path, name: str):
    (tmp_path / name).write_bytes(b"page")
    assert read_all(tmp_path) == {name: b"page"}
    assert read_all(tmp_path / name) == {name: b"page"}


def test_a_name_that_is_no_utf_8_is_escaped(tmp_path: Path):
    raw_name = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(raw_name, "wb") as file:  # noqa: PTH123 - a path of bytes
        file.write(b"page")
    assert read_all(tmp_path) == {"caf\\xe9.txt": b"page"}


def test_names_that_are_escaped_stay_distinct(tmp_path: Path):
    for raw_name in (b"caf\xe9.txt", rb"caf\xe9.txt"):
        with open(os.fsencode(tmp_path) + b"/" + raw_name, "wb") as file:  # noqa: PTH123 - a path of bytes
            file.write(raw_name)
    names = list_names(tmp_path)
    assert len(names) == 2
    assert len(set(names)) == 2


def test_names_are_relative_to_the_folder_and_sorted(tmp_path: Path):
    for name in ("b.txt", "a/z.txt", "a/b/c.txt", "a.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    assert list_names(tmp_path) == ["a.txt", "a/b/c.txt", "a/z.txt", "b.txt"]


def test_hidden_marked_and_markdown_names_are_passed_over(tmp_path: Path):
    (tmp_path / "_truth").mkdir()
    (tmp_path / ".git").mkdir()
    for name in (
        "page.txt",
        ".hidden",
        "_notes.txt",
        "README.md",
        "NOTES.MD",
        "_truth/page.txt",
        ".git/page.txt",
        "half.txt.part",
    ):
        (tmp_path / name).write_bytes(b"page")
    assert list_names(tmp_path) == ["page.txt"]


@pytest.mark.parametrize("name", [".hidden", "_marked.txt", "README.md"])
def test_a_file_named_by_itself_is_read_whatever_its_name(tmp_path: Path, name: str):
    (tmp_path / name).write_bytes(b"page")
    assert read_all(tmp_path / name) == {name: b"page"}


def test_a_file_named_twice_is_listed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "dumps"
    folder.mkdir()
    (folder / "page.txt").write_bytes(b"page")
    (tmp_path / "link").symlink_to(folder)
    monkeypatch.chdir(tmp_path)
    relative = folder.relative_to(tmp_path)
    ways = [folder, folder / "page.txt", relative / "page.txt", folder / ".." / "dumps" / "page.txt"]
    ways += [tmp_path / "link", tmp_path / "link" / "page.txt"]
    assert list_names(*ways) == ["page.txt"]


def test_equal_names_in_two_folders_are_told_apart(tmp_path: Path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page.txt").write_bytes(name.encode())
    (tmp_path / "one" / "other.txt").write_bytes(b"other")
    found = read_all(tmp_path / "one", tmp_path / "two")
    assert sorted(found.values()) == [b"one", b"other", b"two"]
    assert found[f"{escape_name(tmp_path)}/one/page.txt"] == b"one"
    assert found[f"{escape_name(tmp_path)}/two/page.txt"] == b"two"
    assert found["other.txt"] == b"other"


def test_equal_names_of_two_named_files_are_told_apart_by_their_paths(tmp_path: Path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page.txt").write_bytes(name.encode())
    found = read_all(tmp_path / "one" / "page.txt", tmp_path / "two" / "page.txt")
    assert found == {f"{escape_name(tmp_path)}/{name}/page.txt": name.encode() for name in ("one", "two")}


def test_the_order_of_the_named_inputs_does_not_matter(tmp_path: Path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page.txt").write_bytes(name.encode())
    roots = [tmp_path / "one", tmp_path / "two"]
    assert find_files(roots) == find_files(roots[::-1])


def make_link(path: Path) -> str:
    outside = path.parent.parent / "outside.txt"
    outside.write_bytes(b"secret")
    path.symlink_to(outside)
    return "it is a symbolic link"


def make_broken_link(path: Path) -> str:
    path.symlink_to("nowhere")
    return "it is a symbolic link"


def make_folder_link(path: Path) -> str:
    outside = path.parent.parent / "outside"
    outside.mkdir()
    (outside / "page.txt").write_bytes(b"secret")
    path.symlink_to(outside)
    return "it is a symbolic link"


def make_loop(path: Path) -> str:
    path.symlink_to(path.parent)
    return "it is a symbolic link"


def make_pipe(path: Path) -> str:
    os.mkfifo(path)
    return "it is no regular file"


@pytest.mark.parametrize("make", [make_link, make_broken_link, make_folder_link, make_loop, make_pipe])
def test_what_is_no_regular_file_of_the_folder_is_listed_and_refused(tmp_path: Path, make: Callable[[Path], str]):
    folder = tmp_path / "dumps"
    folder.mkdir()
    (folder / "page.txt").write_bytes(b"page")
    reason = make(folder / "odd.txt")
    odd, page = find_files([folder])
    assert (odd.name, read_file(page)) == ("odd.txt", b"page")
    with pytest.raises(InputUnreadableError, match=rf"^odd\.txt: {reason}; .*--skip-unreadable") as caught:
        read_file(odd)
    assert caught.value.reason == reason


def test_a_link_named_by_the_user_is_followed(tmp_path: Path):
    (tmp_path / "page.txt").write_bytes(b"page")
    (tmp_path / "link").symlink_to(tmp_path / "page.txt")
    assert list(read_all(tmp_path / "link").values()) == [b"page"]


@pytest.mark.parametrize("target", ["nowhere", "link"], ids=("broken", "loop"))
def test_a_link_named_by_the_user_that_leads_nowhere_is_unreadable(tmp_path: Path, target: str):
    (tmp_path / "link").symlink_to(target)
    (file,) = find_files([tmp_path / "link"])
    with pytest.raises(InputUnreadableError, match=r"^link: "):
        read_file(file)


def test_a_file_that_vanishes_is_unreadable(tmp_path: Path):
    (tmp_path / "page.txt").write_bytes(b"page")
    (file,) = find_files([tmp_path])
    (tmp_path / file.name).unlink()
    with pytest.raises(InputUnreadableError, match=r"^page\.txt: no such file or directory; "):
        read_file(file)


def test_a_folder_that_cannot_be_listed_is_an_input_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    closed = tmp_path / "closed"
    closed.mkdir()
    (tmp_path / "page.txt").write_bytes(b"page")
    scan = os.scandir

    def refuse(path: str) -> object:
        if os.fspath(path) == os.fspath(closed):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert list_names(tmp_path) == ["closed", "page.txt"]


def test_a_device_is_refused():
    with pytest.raises(InputUnreadableError, match="no regular file"):
        read_file(InputFile(path=os.devnull, name="null"))


@pytest.mark.parametrize("name", ["missing", "missing.txt"])
def test_an_input_that_is_not_there_is_named(tmp_path: Path, name: str):
    with pytest.raises(InputMissingError, match=rf"{name}: no such file or folder; check the path$"):
        find_files([tmp_path / name])


def test_a_folder_without_dumps_is_named(tmp_path: Path):
    (tmp_path / "README.md").write_bytes(b"notes")
    with pytest.raises(
        InputMissingError, match=r"the folder holds no dump; name a folder or files with dumps in them$"
    ):
        find_files([tmp_path])
