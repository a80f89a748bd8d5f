from __future__ import annotations

import gzip
import io
import tarfile
import zipfile

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract import archives
from etl.extract.archives import unpack
from etl.extract.files import InputUnreadableError
from tests.hostile.cases import THREE, TWO

FILES = {"b/two.txt": TWO, "three.txt": THREE}


def make_zip(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
    return stream.getvalue()


def make_tar(files: dict[str, bytes], *entries: tarfile.TarInfo) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, raw in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(raw)
            archive.addfile(entry, io.BytesIO(raw))
        for entry in entries:
            archive.addfile(entry)
    return stream.getvalue()


def make_entry(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry


def compress_zstd(raw: bytes) -> bytes:
    return pa.compress(raw, codec="zstd", asbytes=True)


def list_members(raw: bytes) -> dict[str | None, bytes]:
    return dict(unpack(raw, "dumps"))


@pytest.mark.parametrize("raw", [TWO, b"", b"PK", b"\x1f", b"not an archive"])
def test_a_file_that_is_no_archive_holds_itself(raw: bytes):
    assert list_members(raw) == {None: raw}


@pytest.mark.parametrize("compress", [gzip.compress, compress_zstd], ids=("gzip", "zstandard"))
def test_a_compressed_dump_is_unpacked(compress: object):
    assert list_members(compress(TWO)) == {None: TWO}


@pytest.mark.parametrize(
    "raw",
    [
        make_zip(FILES),
        make_zip(FILES, zipfile.ZIP_STORED),
        make_tar(FILES),
        gzip.compress(make_tar(FILES)),
        compress_zstd(make_tar(FILES)),
    ],
    ids=("zip", "zip_stored", "tar", "tar_gz", "tar_zst"),
)
def test_an_archive_holds_its_members(raw: bytes):
    assert list_members(raw) == FILES


def test_two_streams_of_gzip_in_a_row_are_one_dump():
    assert list_members(gzip.compress(TWO[:100]) + gzip.compress(TWO[100:])) == {None: TWO}


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_folders_hidden_and_marked_members_are_passed_over(make: object):
    odd = {"a/": b"", ".DS_Store": b"x", "__MACOSX/page.txt": b"x", "a/_notes.txt": b"x", "a/README.md": b"x"}
    assert list_members(make({**odd, "a/page.txt": TWO}) if make is make_zip else make({"a/page.txt": TWO})) == {
        "a/page.txt": TWO
    }


@pytest.mark.parametrize("name", ["../../escape.txt", "/etc/escape.txt", "a/../../escape.txt"])
@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_a_path_out_of_the_archive_is_only_a_label(make: object, name: str, tmp_path: object, monkeypatch: object):
    monkeypatch.chdir(tmp_path)
    assert [member.raw for member in unpack(make({name: TWO}), "dumps")] == [TWO]
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_members_of_one_name_are_told_apart(kind: str):
    stream = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("page.txt", TWO)
            archive.writestr("page.txt", THREE)
        raw = stream.getvalue()
    else:
        first = make_tar({"page.txt": TWO})
        raw = first[: 512 + len(TWO) + -len(TWO) % 512] + make_tar({"page.txt": THREE})
    assert list_members(raw) == {"page.txt": TWO, "page.txt#2": THREE}


@pytest.mark.parametrize(
    "entry",
    [
        make_entry("link.txt", tarfile.SYMTYPE, "/etc/passwd"),
        make_entry("hard.txt", tarfile.LNKTYPE, "three.txt"),
        make_entry("pipe.txt", tarfile.FIFOTYPE),
        make_entry("null.txt", tarfile.CHRTYPE),
    ],
    ids=lambda entry: entry.name,
)
def test_a_member_that_is_no_regular_file_is_refused(entry: tarfile.TarInfo):
    with pytest.raises(InputUnreadableError, match=rf"^dumps: its member {entry.name} is no regular file; "):
        list_members(make_tar(FILES, entry))


def test_an_archive_inside_an_archive_is_a_dump_like_any_other():
    inner = make_zip(FILES)
    assert list_members(make_zip({"inner.zip": inner})) == {"inner.zip": inner}


@pytest.mark.parametrize(
    "raw",
    [gzip.compress(TWO), compress_zstd(TWO), make_zip(FILES), gzip.compress(make_tar(FILES))],
    ids=("gzip", "zstandard", "zip", "tar_gz"),
)
def test_an_archive_cut_off_is_refused(raw: bytes):
    with pytest.raises(InputUnreadableError, match=r"^dumps: the archive cannot be unpacked"):
        list_members(raw[: len(raw) * 2 // 3])


def test_a_tar_cut_off_in_a_member_is_refused():
    raw = make_tar({"page.txt": TWO * 20})
    with pytest.raises(InputUnreadableError, match=r"^dumps: the archive cannot be unpacked"):
        list_members(raw[:3000])


def test_an_encrypted_member_is_refused():
    raw = bytearray(make_zip({"page.txt": TWO}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + offset] |= 1
    with pytest.raises(InputUnreadableError, match=r"^dumps: the archive cannot be unpacked"):
        list_members(bytes(raw))


@pytest.mark.parametrize(
    "pack",
    [gzip.compress, compress_zstd, lambda raw: make_zip({"page.txt": raw}), lambda raw: make_tar({"page.txt": raw})],
    ids=("gzip", "zstandard", "zip", "tar"),
)
def test_a_bomb_is_refused_by_what_it_unpacks_to(pack: object, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archives, "MAX_MEMBER_BYTES", 3 << 20)
    monkeypatch.setattr(archives, "MAX_ARCHIVE_BYTES", 4 << 20)
    with pytest.raises(InputUnreadableError, match=r"^dumps: it unpacks to more than \d MiB"):
        list_members(pack(bytes(5 << 20)))


def test_members_together_are_limited(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archives, "MAX_ARCHIVE_BYTES", 2 << 20)
    with pytest.raises(InputUnreadableError, match=r"^dumps: it unpacks to more than 2 MiB"):
        list_members(make_zip({f"{number}.txt": bytes(1 << 20) for number in range(3)}))


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_the_number_of_members_is_limited(make: object, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 10)
    with pytest.raises(InputUnreadableError, match=r"^dumps: it holds more than 10 members"):
        list_members(make({f"{number}.txt": b"" for number in range(11)}))


@given(st.sampled_from([gzip.compress(TWO), compress_zstd(TWO), make_zip(FILES), make_tar(FILES)]), st.data())
def test_a_damaged_archive_is_unpacked_or_refused_in_one_sentence(raw: bytes, data: st.DataObject):
    places = data.draw(st.lists(st.tuples(st.integers(0, len(raw) - 1), st.integers(0, 255)), min_size=1, max_size=8))
    damaged = bytearray(raw)
    for place, byte in places:
        damaged[place] = byte
    try:
        members = list(unpack(bytes(damaged), "dumps"))
    except InputUnreadableError as error:
        assert str(error).startswith("dumps: ")  # noqa: PT017 - both ends are right
    else:
        assert all(isinstance(member.raw, bytes) for member in members)
