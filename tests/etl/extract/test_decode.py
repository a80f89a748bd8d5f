from __future__ import annotations

import codecs
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract.decode import Encoding, count_bytes, cut_lines, detect_encoding, is_doubly_decoded

PROSE = "Sheep of all ages, naïve or “woolly”, met at the fence.\nThey said nothing • and left ·\n"
MARKS = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


@pytest.mark.parametrize("codec", [*MARKS, "windows-1252"])
def test_an_encoding_is_told_by_its_bytes(codec: str):
    assert detect_encoding(PROSE.encode(codec)) == Encoding(codec, 0)


@pytest.mark.parametrize("codec", MARKS)
def test_a_byte_order_mark_tells_the_encoding_of_any_text(codec: str):
    assert detect_encoding(MARKS[codec] + "数羊".encode(codec)) == Encoding(codec, len(MARKS[codec]))


def test_utf_16_of_another_script_needs_a_mark_or_line_ends_in_ascii():
    text = "数羊 数羊 fence\n" * 20
    assert detect_encoding(text.encode("utf-16-le")) == Encoding("utf-16-le", 0)


def test_a_few_nul_bytes_do_not_make_utf_16():
    assert detect_encoding(PROSE.encode().replace(b"fence", b"fen\0ce")) == Encoding("utf-8", 0)


def test_a_few_bad_bytes_leave_utf_8():
    assert detect_encoding(PROSE.encode().replace(b"ages", b"a\xffges")) == Encoding("utf-8", 0)


@pytest.mark.parametrize("raw", [bytes(range(256)) * 4, b"\0" * 100, b"\x7fELF\x01\x01\x01" + b"\0\x01\x02" * 50])
def test_bytes_that_are_no_text_have_no_encoding(raw: bytes):
    assert detect_encoding(raw) is None


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("codec", [*MARKS, "windows-1252"])
def test_lines_lie_where_their_bytes_are(line_end: str, codec: str):
    mark = MARKS.get(codec, b"")
    texts = ["new", "", "naïve • sheep", "·", ""]
    raw = mark + line_end.join(texts).encode(codec)
    lines = list(cut_lines(raw, Encoding(codec, len(mark))))
    assert [text.rstrip() for _, _, text in lines] == texts
    assert [raw[start:end].decode(codec).rstrip() for start, end, _ in lines] == texts


@given(st.text(st.sampled_from("ab \n\r\u2028\x85\x0b\x0cé中😀"), max_size=60), st.sampled_from([*MARKS]))
def test_lines_and_line_ends_make_up_the_whole_text(text: str, codec: str):
    raw = text.encode(codec)
    lines = list(cut_lines(raw, Encoding(codec, 0)))
    ends = {raw[end:start].decode(codec) for (_, end, _), (start, _, _) in pairwise(lines)}
    assert ends <= {"\n", "\r"}
    assert (lines[0][0], lines[-1][1]) == (0, len(raw))
    kept = "".join(raw[start:end].decode(codec) for start, end, _ in lines)
    assert kept == re.sub("\r(?!\n)|\n", "", text)


@given(st.binary(max_size=60), st.sampled_from([*MARKS, "windows-1252"]))
def test_lines_of_any_bytes_lie_in_order_inside_them(raw: bytes, codec: str):
    lines = list(cut_lines(raw, Encoding(codec, 0)))
    edges = [edge for start, end, _ in lines for edge in (start, end)]
    assert edges == sorted(edges)
    assert edges[0] == 0
    assert edges[-1] <= len(raw)


@pytest.mark.parametrize("text", ["Schrödinger", "中文", "a\u00a0b", ""])
@pytest.mark.parametrize("codec", MARKS)
def test_bytes_of_a_text_are_counted(text: str, codec: str):
    assert count_bytes(text, codec) == len(text.encode(codec))


@pytest.mark.parametrize("text", ["naïve", "Müller", "“woolly”", "•", "·", "São", "λ", "中文", "…"])
def test_text_decoded_twice_is_noticed(text: str):
    assert not is_doubly_decoded(text)
    twice = "".join(bytes([byte]).decode("windows-1252", "ignore") or chr(byte) for byte in text.encode())
    assert is_doubly_decoded(twice) is (text not in ("λ", "中文"))


@pytest.mark.parametrize("text", ["", "plain", "SÃO PAULO", "Â", "Â a", "â la carte", "Ã é"])
def test_letters_that_only_begin_like_it_are_no_text_decoded_twice(text: str):
    assert not is_doubly_decoded(text)
