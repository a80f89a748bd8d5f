"""Titles and abstracts that look like something else, or are longer, shorter or fewer than usual."""

from __future__ import annotations

from tests.hostile.cases import FENCE, ROBOTS, SHEEP, THREE, Case, make_case, replace, write
from tests.strategies import Style

_LEAD = "We ask the fence for its view of the matter, and it has none. This is what we did about it."
_REST = (
    "A long series of nights was spent at the fence, with a lamp, a notebook and a flask of tea. Nothing happened that "
    "the fence had not foreseen, and the sheep agreed in all cases but one. The exception is discussed in the end, "
    "where we also say thanks to the dogs."
)


def _make_titled(name: str, title: str) -> Case:
    return make_case(f"title_{name}", ROBOTS, SHEEP._replace(title=title), FENCE)


def _make_abstract(name: str, *paragraphs: str, **expected: object) -> Case:
    return make_case(f"abstract_{name}", ROBOTS, SHEEP._replace(abstract=paragraphs), FENCE, **expected)


def _wrap(name: str, width: int) -> Case:
    return make_case(name, SHEEP, ROBOTS, FENCE, style=Style(width=width))


_OTHER_ORDERS = (
    ("Jul 5, 2023", "·", "• 3 authors"),
    ("Jul 5, 2023", "• 3 authors", "·"),
    ("• 3 authors", "Jul 5, 2023", "·"),
    ("·", "Jul 5, 2023", "• 3 authors"),
    ("·", "• 3 authors", "Jul 5, 2023"),
)
_LONG = " ".join(["And then, one night, another sheep came to the fence and would not jump."] * 60)
_ENDLESS = "Sheep and fences " * 200 + "x"
_TWINS = (SHEEP, SHEEP._replace(date_line="Jul 11, 2023"))

CASES = (
    _make_titled("like_a_date", "May 5, 2023"),
    _make_titled("like_a_day", "Oct 29"),
    _make_titled("like_a_year", "1984"),
    _make_titled("like_a_number", "1.2k"),
    _make_titled("like_an_author_line", "3 authors"),
    _make_titled("like_an_organization_line", "meadow-lab Meadow Laboratory"),
    _make_titled("like_a_relative_date", "14 days ago"),
    _make_titled("like_a_header_line", "Daily Papers"),
    _make_titled("like_a_tab", "Weekly"),
    _make_titled("like_a_line_below_the_last_card", "Models"),
    _make_titled("of_one_character", "λ"),
    _make_titled("of_one_word", "Sheep"),
    _make_titled("of_one_digit", "7"),
    _make_titled("of_250_characters", ("A Very Long Title about Sheep and Fences " * 7)[:249] + "x"),
    _make_titled("of_500_characters", ("A Very Long Title about Sheep and Fences " * 13)[:499] + "x"),
    _make_titled("that_ends_with_a_full_stop", "Counting Sheep is All You Need."),
    _make_titled("that_is_a_question", "Why Do Sheep Jump?"),
    _make_titled("that_begins_with_a_bullet", "- Sheep, Minus the Fence"),
    _make_titled("with_a_dot", "Sheep · Fence · Dog"),
    _make_titled("with_remains_of_a_formula", "boldsymbolλ-Orthogonality of $\\mathcal{O}(n)$ Sheep"),
    _make_titled("in_another_script", "数羊 一种催眠监督方法"),
    _make_titled("from_right_to_left", "عد الأغنام على نطاق واسع"),
    Case(
        "title_wrapped_to_two_lines",
        replace(THREE, "Counting Sheep at Scale: A Study", "Counting Sheep at Scale:\nA Study"),
    ),
    make_case("two_cards_with_one_title", *_TWINS, ROBOTS),
    _make_abstract("of_one_word", "Short"),
    _make_abstract("of_one_short_sentence", "See the paper."),
    _make_abstract("of_4000_characters", _LONG[:3999] + "."),
    _make_abstract("of_two_paragraphs", _REST, _LEAD),
    _make_abstract("of_five_paragraphs", _REST, _LEAD, _REST, _LEAD, _REST),
    _make_abstract("with_a_heading", _REST, "Contributions", _REST),
    _make_abstract("with_a_heading_and_a_colon", _REST, "Our contributions are as follows:", _REST),
    _make_abstract("with_a_line_like_a_date", _REST, "Jul 5, 2023", _REST),
    _make_abstract("with_a_line_like_an_author_line", _REST, "• 3 authors", _REST),
    _make_abstract("with_a_line_like_a_dot", _REST, "·", _REST),
    *(
        _make_abstract(f"with_lines_like_a_footer_in_another_order_{number}", _REST, *lines, _REST)
        for number, lines in enumerate(_OTHER_ORDERS)
    ),
    _make_abstract("with_a_line_like_a_number", _REST, "42", _REST),
    _make_abstract("with_a_line_like_a_header_line", _REST, "Subscribe", _REST),
    _make_abstract("with_numbered_items", _REST, "1. First sheep", "2. Second sheep", "3. Third sheep", _REST),
    _make_abstract("that_ends_with_numbered_items", _REST, "1. First sheep", "2. Second sheep", "3. Third sheep"),
    Case(
        "abstract_with_a_line_like_a_title_in_a_paragraph",
        replace(THREE, SHEEP.abstract[0], f"{_REST}\nA Field Guide to Fences and Gates\n{_REST}"),
        (SHEEP._replace(abstract=(f"{_REST} A Field Guide to Fences and Gates {_REST}",)), ROBOTS, FENCE),
    ),
    _make_abstract("that_ends_with_a_colon", _REST[:-1] + ":"),
    _make_abstract("that_ends_with_an_address", _REST[:-1] + ": https://example.org/sheep"),
    _make_abstract("that_ends_with_a_paragraph_of_an_address", _REST, "Code: https://example.org/sheep"),
    _make_abstract("without_a_full_stop", _REST[:-1]),
    _make_abstract("with_bullets_in_paragraphs", _REST, "- the first sheep jumps", "- the second one looks on", _REST),
    Case(
        "abstract_with_a_list_in_lines",
        replace(THREE, SHEEP.abstract[0], f"{_REST}\n\n- the first sheep jumps\n- the second one looks on\n\n{_REST}"),
        (SHEEP._replace(abstract=(_REST, "- the first sheep jumps - the second one looks on", _REST)), ROBOTS, FENCE),
    ),
    Case(
        "abstract_with_round_bullets_in_lines",
        replace(THREE, SHEEP.abstract[0], f"{_REST}\n• the first sheep jumps\n• the second one looks on"),
        (SHEEP._replace(abstract=(f"{_REST} • the first sheep jumps • the second one looks on",)), ROBOTS, FENCE),
    ),
    _wrap("abstracts_wrapped_at_80", 80),
    _wrap("abstracts_wrapped_at_40", 40),
    make_case("abstract_missing", ROBOTS, SHEEP._replace(abstract=()), FENCE),
    make_case("abstract_missing_in_the_first_card", SHEEP._replace(abstract=()), ROBOTS, FENCE),
    make_case("abstract_missing_in_the_last_card", SHEEP, FENCE, ROBOTS._replace(abstract=())),
    make_case("abstract_missing_in_all_cards", *(card._replace(abstract=()) for card in (SHEEP, ROBOTS, FENCE))),
    make_case("one_card", SHEEP),
    make_case("a_hundred_cards", *(SHEEP._replace(title=f"Counting {number} Sheep") for number in range(100))),
    Case(
        "title_longer_than_any_title",
        write(SHEEP._replace(title=_ENDLESS), ROBOTS),
        (ROBOTS,),
        (("card_without_title", f"{_ENDLESS}\n\n{SHEEP.abstract[0]}\n\n  • 3 authors\n·\nJul 10, 2023"),),
    ),
)
