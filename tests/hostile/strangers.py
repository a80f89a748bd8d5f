"""Files that are no listing pages, and pages that hold nothing."""

from __future__ import annotations

import zlib

from tests.hostile.cases import DAY, ROBOTS, SHEEP, Case, write

_PROSE = f"{SHEEP.abstract[0]}\n\n{ROBOTS.abstract[0]}\n"


def _reject(name: str, text: str | bytes, reason: str = "layout_unknown") -> Case:
    raw = text.encode() if isinstance(text, str) else text
    shown = raw.decode("utf-8", "replace")
    return Case(name, raw, (), (("dump_rejected", shown),), (), "rejected", reason, None)


def _empty(name: str, raw: bytes, **expected: object) -> Case:
    return Case(name, raw, (), **{"pages": (), "status": "empty", **expected})


CASES = (
    _empty("empty_file", b""),
    _empty("white_space_alone", b" \n\n\t\r\n\x0c"),
    _empty("a_mark_alone", b"\xef\xbb\xbf"),
    _empty("a_mark_of_utf_16_alone", b"\xff\xfe", encoding="utf-16-le"),
    _empty("header_alone", write(), pages=(("daily_papers_plain", DAY),)),
    _empty(
        "words_of_the_header_alone",
        b"new\n\nSubscribe\n\nDaily Papers\n\nOct 29\n",
        pages=(("daily_papers_plain", DAY),),
    ),
    _empty("two_headers_alone", write() * 2, pages=(("daily_papers_plain", DAY),) * 2),
    _reject("prose", _PROSE),
    _reject("prose_in_windows_1252", _PROSE.encode("windows-1252")),
    _reject(
        "html", f"<!DOCTYPE html>\n<html><body><h1>{SHEEP.title}</h1>\n<p>{SHEEP.abstract[0]}</p>\n</body></html>\n"
    ),
    _reject("json", '{"papers": [{"title": "Counting Sheep", "authors": 3, "date": "Jul 10, 2023"}]}\n'),
    _reject("json_in_lines", '{"title": "Counting Sheep"}\n{"title": "What the Fence Saw"}\n'),
    _reject("csv", "title,authors,date\nCounting Sheep,3,2023-07-10\nWhat the Fence Saw,12,2024-04-22\n"),
    _reject(
        "python_source", "from __future__ import annotations\n\n\ndef count(sheep: int) -> int:\n    return sheep + 1\n"
    ),
    _reject("one_word", "sheep"),
    _reject("one_line_without_an_end", "sheep " * 5_000),
    _reject("dates_alone", "Jul 10, 2023\nOct 29\nMay 3 14\n"),
    _reject("author_lines_alone", "• 3 authors\n\n• 12 authors\n"),
    _reject("words_of_the_header_above_prose", f"new\n\nSubscribe\n\nDaily Papers\n\n{_PROSE}"),
    _reject("signs_that_take_no_room", "\u200b\n\n\u2060"),
    _reject(
        "random_bytes",
        bytes(zlib.crc32(bytes([number % 256, number // 256])) & 0xFF for number in range(4096)),
        "not_text",
    ),
    _reject("all_bytes", bytes(range(256)) * 8, "not_text"),
    _reject("nul_bytes", b"\0" * 1000, "not_text"),
    _reject("utf_32", "".join(_PROSE).encode("utf-32-le"), "not_text"),
)
