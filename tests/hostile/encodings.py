"""Encodings, line ends and odd characters."""

from __future__ import annotations

from tests.hostile.cases import FENCE, ROBOTS, SHEEP, THREE, Case, make_case, replace, write
from tests.strategies import Style

_ALL = (SHEEP, ROBOTS, FENCE)
_DECODED_TWICE = {"é": "Ã©", "ï": "Ã¯", "ü": "Ã¼", "“": "â€œ", "”": "â€\u009d", "•": "â€¢", "·": "Â·"}


def _decode_twice(text: str) -> str:
    return "".join(_DECODED_TWICE.get(char, char) for char in text)


_TWICE = tuple(
    card._replace(
        abstract=(_decode_twice(card.abstract[0]),), author_line=card.author_line and _decode_twice(card.author_line)
    )
    for card in _ALL
)
_STYLES = {
    "utf_8_with_a_mark": Style(mark=b"\xef\xbb\xbf"),
    "utf_16_le_with_a_mark": Style(codec="utf-16-le", mark=b"\xff\xfe"),
    "utf_16_be_with_a_mark": Style(codec="utf-16-be", mark=b"\xfe\xff"),
    "utf_16_le_without_a_mark": Style(codec="utf-16-le"),
    "utf_16_be_without_a_mark": Style(codec="utf-16-be"),
    "utf_16_with_crlf": Style(codec="utf-16-le", mark=b"\xff\xfe", line_ends=("\r\n",)),
    "utf_16_with_cr": Style(codec="utf-16-be", mark=b"\xfe\xff", line_ends=("\r",)),
    "windows_1252": Style(codec="windows-1252"),
    "windows_1252_with_crlf": Style(codec="windows-1252", line_ends=("\r\n",)),
    "line_ends_crlf": Style(line_ends=("\r\n",)),
    "line_ends_cr": Style(line_ends=("\r",)),
    "line_ends_mixed": Style(line_ends=("\n", "\r\n")),
    "no_line_end_at_the_end": Style(is_closed=False),
    "white_space_of_many_kinds_before_a_line": Style(indent="\t\u00a0\u2003\f "),
}
_LATIN_1 = tuple(
    card._replace(
        abstract=(card.abstract[0].replace("“", '"').replace("”", '"'),),
        author_line=card.author_line and card.author_line.replace("•", "·"),
    )
    for card in _ALL
)


def _surround(raw: bytes, char: str) -> bytes:
    return "\n".join(line and f"{char}{line}{char}" for line in raw.decode().split("\n")).encode()


CASES = (
    *(make_case(name, *_ALL, style=style) for name, style in _STYLES.items()),
    make_case("latin_1", *_LATIN_1, style=Style(codec="latin-1"), encoding="windows-1252"),
    Case(
        "one_card_with_bytes_of_another_encoding",
        THREE.replace("naïve".encode(), b"na\xefve"),
        (SHEEP._replace(abstract=(SHEEP.abstract[0].replace("naïve", "na\ufffdve"),)), ROBOTS, FENCE),
        problems={0: ("undecodable_bytes",)},
    ),
    Case(
        "one_line_of_noise_leaves_the_encoding_of_the_others_alone",
        THREE.replace(SHEEP.abstract[0].encode(), bytes(0x80 + number % 0x40 for number in range(600))),
        (SHEEP._replace(abstract=("\ufffd" * 600,)), ROBOTS, FENCE),
        problems={0: ("undecodable_bytes",)},
    ),
    *(
        Case(f"invisible_{name}_around_every_line", _surround(THREE, char))
        for name, char in {"zero_width_space": "\u200b", "mark": "\ufeff", "left_to_right_mark": "\u200e"}.items()
    ),
    Case(
        "text_decoded_twice_is_left_as_it_is_and_flagged",
        _decode_twice(THREE.decode()).encode(),
        _TWICE,
        problems=dict.fromkeys(range(3), ("doubly_decoded",)),
    ),
    Case(
        "one_title_decoded_twice",
        replace(THREE, "What the Fence Saw", "What the Fence Saw, by SchrÃ¶der"),
        (SHEEP, ROBOTS, FENCE._replace(title="What the Fence Saw, by SchrÃ¶der")),
        problems={2: ("doubly_decoded",)},
    ),
    Case(
        "a_text_that_only_looks_decoded_twice",
        replace(THREE, "What the Fence Saw", "SÃO PAULO e o Café de Ã"),
        (SHEEP, ROBOTS, FENCE._replace(title="SÃO PAULO e o Café de Ã")),
    ),
    Case(
        "nul_in_a_title",
        replace(THREE, "Fence Saw", "Fen\0ce Saw"),
        (SHEEP, ROBOTS, FENCE._replace(title="What the Fen\0ce Saw")),
    ),
    *(
        Case(
            f"character_{ord(char):04x}_is_text",
            replace(THREE, "We ask the fence", f"We ask{char}the fence"),
            (SHEEP, ROBOTS, FENCE._replace(abstract=(FENCE.abstract[0].replace("We ask the", f"We ask{char}the"),))),
        )
        for char in "\u2028\u2029\x85\v\f\x1c\u00a0\u200b\ufeff\ufffd"
    ),
    Case(
        "utf_16_with_half_a_unit_at_the_end",
        write(*_ALL, style=Style(codec="utf-16-le", mark=b"\xff\xfe", is_closed=False)) + b"\n",
        (SHEEP, ROBOTS, FENCE._replace(date_line="Apr 22, 2024\ufffd")),
        encoding="utf-16-le",
        problems={2: ("date_invalid", "undecodable_bytes")},
    ),
    Case(
        "two_files_with_marks_put_together",
        b"\xef\xbb\xbf" + write(SHEEP, ROBOTS) + b"\xef\xbb\xbf" + write(FENCE, day="Oct 30"),
        pages=(("daily_papers", "Oct 29"), ("daily_papers", "Oct 30")),
    ),
)
