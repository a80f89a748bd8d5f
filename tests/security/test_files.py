"""Paths, links and archives of strangers."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from etl.extract import archives
from etl.extract.files import InputUnreadableError, find_files, read_file
from etl.load.lock import hold_lock
from etl.load.warehouse import Warehouse, WarehouseUnwritableError
from etl.stages.collect import InputOptions, collect_inputs, read_inputs

if TYPE_CHECKING:
    from pathlib import Path

PAX_BLOCK = 512


def make_header(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE, **fields: bytes) -> bytes:
    """Make the header of a tar's member; ``size_field`` stands in the place of the size as it is."""
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    header = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
    if "size_field" in fields:
        header[124:136] = fields["size_field"]
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def make_tar(*parts: bytes) -> bytes:
    return b"".join(part + b"\0" * (-len(part) % PAX_BLOCK) for part in parts) + bytes(2 * PAX_BLOCK)


def read_names(raw: bytes) -> list[str | None]:
    return [member.name for member in archives.unpack(raw, "x")]


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("hush")
    landing = tmp_path / "landing"
    landing.mkdir()
    (landing / "page.txt").symlink_to(secret)
    (landing / "deep").symlink_to(tmp_path)

    files = find_files([landing])
    assert [file.name for file in files] == ["deep", "page.txt"]
    for file in files:
        with pytest.raises(InputUnreadableError, match="it is a symbolic link"):
            read_file(file)


def test_a_pipe_is_neither_waited_for_nor_read(tmp_path: Path):
    os.mkfifo(tmp_path / "page.txt")
    (file,) = find_files([tmp_path])

    with pytest.raises(InputUnreadableError, match="it is no regular file"):
        read_file(file)


def test_a_link_planted_as_the_lock_is_not_followed(tmp_path: Path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    house = Warehouse(tmp_path / "warehouse")
    house.create_folders()
    house.lock.symlink_to(victim)

    with pytest.raises(WarehouseUnwritableError), hold_lock(house):
        pass
    assert victim.read_text() == "precious"


def test_members_are_never_written_where_their_names_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    working = tmp_path / "a" / "b"
    working.mkdir(parents=True)
    monkeypatch.chdir(working)
    evil = tmp_path / "dumps.tar"
    names = ("../evil.txt", f"{tmp_path}/absolute.txt", "../../up/evil.txt")
    evil.write_bytes(make_tar(*(part for name in names for part in (make_header(name, 4), b"page"))))
    house = Warehouse(tmp_path / "warehouse")
    house.create_folders()

    receipt = collect_inputs(house, InputOptions((evil,)))

    assert set(read_inputs(receipt.open_folder(house))["member"]) == set(names)
    outside = [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_relative_to(house.root)]
    assert outside == [evil]
    assert [path.read_bytes() for path in (house.root / "members").rglob("*") if path.is_file()] == [b"page"]


def test_a_member_that_is_a_link_is_refused():
    with pytest.raises(InputUnreadableError, match="is no regular file"):
        read_names(make_tar(make_header("a.txt", kind=tarfile.SYMTYPE)))


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_a_bomb_is_stopped_while_it_unpacks(kind: str):
    zeros = bytes(archives.FREE_BYTES + 1)
    stream = io.BytesIO()
    if kind == "gzip":
        stream.write(gzip.compress(zeros, 9))
    else:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.txt", zeros)
    bomb = stream.getvalue()

    assert len(bomb) * 900 < len(zeros)
    with pytest.raises(InputUnreadableError, match="it unpacks to more than 64 MiB"):
        read_names(bomb)


def test_a_member_that_claims_to_be_small_is_counted_as_it_unpacks():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", bytes(archives.FREE_BYTES + 1))
    lie = bytearray(stream.getvalue())
    place = lie.rindex(b"PK\x01\x02") + 24
    lie[place : place + 4] = (100).to_bytes(4, "little")

    with pytest.raises(InputUnreadableError):
        read_names(bytes(lie))


def test_many_small_members_are_counted_together():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(17):
            archive.writestr(f"{number}.txt", bytes(4 << 20))

    with pytest.raises(InputUnreadableError, match="it unpacks to more than 64 MiB"):
        read_names(stream.getvalue())


def test_members_are_counted():
    members = archives._count_members(range(archives.MAX_MEMBERS + 1), "x")

    with pytest.raises(InputUnreadableError, match="more than 1000000 members"):
        sum(1 for _ in members)


def test_an_archive_in_an_archive_is_not_opened():
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("page.txt", "page")
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())

    assert [(member.name, member.raw) for member in archives.unpack(outer.getvalue(), "x")] == [
        ("inner.zip", inner.getvalue())
    ]


TRICKS = {
    "negative size": make_tar(make_header("a", size_field=b"\xff" * 12)),
    "sparse member": make_tar(make_header("a", 512, tarfile.GNUTYPE_SPARSE), bytes(512)),
    "digits without end": make_tar(make_header("x", 1000, tarfile.XHDTYPE), b"1" * 1000, make_header("a")),
    "sparse map": make_tar(make_header("x", 30, tarfile.XHDTYPE), b"30 GNU.sparse.map=1,2\n", make_header("a")),
    "huge header": make_tar(make_header("x", 70_000, tarfile.XHDTYPE), b"a" * 70_000, make_header("a")),
    "moved member": make_tar(make_header("x", 12, tarfile.XHDTYPE), b"12 size=512\n", make_header("a")),
    "damaged header": make_tar(make_header("a"), b"\x01" * 512, make_header("b")),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_a_tar_that_would_mislead_its_reader_is_refused(trick: str):
    with pytest.raises(InputUnreadableError):
        read_names(TRICKS[trick])


def test_a_tar_of_all_common_forms_is_read():
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
            long_name = f"{'long/' * 15}page.txt" if form == tarfile.USTAR_FORMAT else f"{'a' * 120}.txt"
            for name in ("folder/page.txt", long_name, "ü.txt"):
                info = tarfile.TarInfo(name)
                info.size = 4
                archive.addfile(info, io.BytesIO(b"page"))
        assert len(read_names(stream.getvalue())) == 3
