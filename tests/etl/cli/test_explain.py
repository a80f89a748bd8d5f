"""What ``paperhouse explain dump`` shows of each piece."""

from __future__ import annotations

from itertools import pairwise

from etl.cli.explain import _render_dump
from etl.explain import Piece

ROW = {"dump_id": "0" * 32, "byte_count": 1200, "encoding": "utf-8", "status": "read"}
PIECES = (
    Piece(0, 3, "chrome", "banner", "new"),
    Piece(3, 5, "blank", "white_space", "\n\n"),
    Piece(5, 1100, "listing", "card 0: date_missing", "A \x1b[31mred\x1b[0m title\n\n" + "word " * 60),
    Piece(1100, 1200, "quarantine", "card_incomplete", "A scrap\x07"),
)


def render(*, width: int | None) -> list[str]:
    return "\n".join(_render_dump(ROW, PIECES, width=width)).splitlines()


def test_each_piece_is_shown_with_its_bytes_role_and_kind():
    text = "\n".join(render(width=None))
    for piece in PIECES:
        assert f"{piece.start}-{piece.end}" in text.replace(" ", "")
        assert piece.kind in text
        assert piece.role in text
    assert "1 blank, 1 chrome, 1 listing, 1 quarantine" in text


def test_white_space_is_spelled_out():
    assert any(line.endswith("\\n\\n") for line in render(width=None))


def test_control_characters_are_escaped_and_only_our_own_colours_reach_a_terminal():
    assert not any(char in "\n".join(render(width=None)) for char in "\x1b\x07")
    shown = "\n".join(render(width=80))
    assert "\x1b[32m" in shown
    assert "\x1b[31mred" not in shown
    assert "\\x1b[31mred\\x1b[0m title" in shown


def test_long_lines_are_wrapped_to_the_terminal():
    plain = [line.replace("\x1b[32m", "").replace("\x1b[0m", "") for line in render(width=60)]
    words = [line for line in plain if line.strip().startswith("word")]
    assert len(words) > 1
    assert max(map(len, words)) <= 60
    assert all(line.startswith("    ") for line, _ in pairwise(words))
