from __future__ import annotations

import pytest

from etl.extract.decode import Encoding
from etl.extract.lines import Kind, classify_line, is_organization
from etl.extract.split import split_lines

UTF_8 = Encoding("utf-8", 0)


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (Kind.AUTHORS, ["• 3 authors", "•3 authors", "1 author", "· 1,204 authors", "â€¢ 3 authors", "1.2k Authors"]),
        (Kind.DOT, ["·", "•", "∙", "*", "|", "Â·"]),
        (Kind.DATE, ["Oct 29", "Sept. 3rd 7", "10 July 2023", "2023-07-10 4", "a day ago", "Yesterday", "Feb 30"]),
        (Kind.NUMBER, ["7", "1,056", "2.61k", "-", "[+] 3"]),
        (Kind.SUBMITTER, ["Submitted by", "submitted by: ewe", "Submitted  by ewe"]),
        (
            Kind.TEXT,
            [
                *("3 authors and a dog", "authors", "· 3", "Oct", "October was warm", "Oct 29 is a day", "Oct 291"),
                *(
                    "2023-07",
                    "1984 sheep",
                    "Resubmitted by",
                    "Submitted bytes",
                    "ago",
                    "٣ authors",
                    "\uff13 authors",
                    "3 days",
                ),
            ],
        ),
    ],
)
def test_a_line_is_classified_by_its_looks(kind: Kind, texts: list[str]):
    assert {text: classify_line(text) for text in texts} == dict.fromkeys(texts, kind)


@pytest.mark.parametrize("text", ["meadow-lab", "meadow-lab Meadow Laboratory", "4x", "m.e_a-d Meadow (Lab)"])
def test_a_handle_and_a_name_can_be_an_organization(text: str):
    assert is_organization(text)


@pytest.mark.parametrize("text", ["It ends here.", "Who?", "- Lab", "(Lab)", "Über Lab", "a • 3 authors", "x" * 200])
def test_a_sentence_or_another_line_is_no_organization(text: str):
    assert not is_organization(text)


def test_white_space_around_lines_belongs_to_none():
    raw = " \u00a0a b\t\n\n \u2003\n\u3000c\r\n".encode()
    lines = split_lines(raw, UTF_8)
    assert [(raw[line.start : line.end].decode(), line.after_blank) for line in lines] == [("a b", True), ("c", True)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("• 3 authors · May 2", ["• 3 authors", "·", "May 2"]),
        ("meadow-lab Meadow · May 2 7", ["meadow-lab Meadow", "·", "May 2 7"]),
        ("· May 2", ["·", "May 2"]),
        ("·May 2", ["·", "May 2"]),
        ("Sheep · Fences", ["Sheep · Fences"]),
        ("A sentence ends. · May 2", ["A sentence ends. · May 2"]),
        ("May 2 ·", ["May 2 ·"]),
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "windows-1252"])
def test_a_footer_on_one_line_is_cut_at_its_dot(text: str, pieces: list[str], codec: str):
    raw = f"x\n {text} \n".encode(codec)
    lines = split_lines(raw, Encoding(codec, 0))
    assert [line.text for line in lines[1:]] == pieces
    assert [raw[line.start : line.end].decode(codec) for line in lines[1:]] == pieces
    assert not any(line.after_blank for line in lines[1:])
