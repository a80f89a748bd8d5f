"""Pages that lost something: footers, titles, blank lines, their end. What is whole around the damage is read."""

from __future__ import annotations

from tests.hostile.cases import DAY, FENCE, ROBOTS, SHEEP, THREE, TWO, Case, make_case, replace, write
from tests.strategies import Card, Style

_ALL = (SHEEP, ROBOTS, FENCE)
_LINES = THREE.splitlines(keepends=True)
_SHEEP_FOOTER = "  • 3 authors\n·\nJul 10, 2023\n\n"


def _bare(card: Card) -> Card:
    return card._replace(author_line=None, organization_line=None, date_line=None)


_LONG = SHEEP._replace(abstract=(" ".join(SHEEP.abstract * 6),))


def _cut(name: str, behind: str, *cards: Card, quarantine: tuple[tuple[str, str], ...] = (), **problems: str) -> Case:
    """Cut a page of two cards behind a text."""
    end = TWO.rindex(behind.encode()) + len(behind.encode())
    codes = {int(number[1:]): tuple(code.split()) for number, code in problems.items()}
    return Case(f"cut_{name}", TWO[:end], cards, quarantine, problems=codes)


_TITLE, _ABSTRACT = ROBOTS.title, ROBOTS.abstract[0]

CASES = (
    make_case("footer_missing_in_the_first_card", _bare(SHEEP), ROBOTS, FENCE),
    make_case("footer_missing_in_the_middle", SHEEP, _bare(ROBOTS), FENCE),
    make_case("footer_missing_in_the_last_card", SHEEP, ROBOTS, _bare(FENCE)),
    make_case("footer_missing_twice_in_a_row", _bare(SHEEP), _bare(ROBOTS), FENCE),
    make_case("footer_missing_above_a_title_of_one_word", _bare(_LONG), ROBOTS._replace(title="Mamba"), FENCE),
    make_case(
        "footer_missing_above_a_title_in_chinese",
        _bare(SHEEP),
        ROBOTS._replace(title="耐心机器人田野指南与茶壶"),
        FENCE,
    ),
    *(
        make_case(
            f"abstract_that_ends_with_{name}", SHEEP, FENCE._replace(abstract=(*FENCE.abstract, text), **footer), ROBOTS
        )
        for name, text in {
            "a_labelled_address": "Project page: https://meadow.example/fence",
            "keywords": "Keywords: fences, sheep, fog",
            "a_warning": "Warning: this paper contains wolves",
            "a_note_without_a_full_stop": "Code is available at https://meadow.example/code",
        }.items()
        for footer in ({"organization_line": None},)
    ),
    Case("heading_above_an_abstract", replace(THREE, f"{ROBOTS.title}\n\n", f"{ROBOTS.title}\n\nAbstract\n\n")),
    Case("line_with_nothing_to_see", replace(THREE, f"{ROBOTS.title}\n\n", f"{ROBOTS.title}\n\n\u200b\n\n")),
    Case(
        "line_with_nothing_to_see_between_cards",
        replace(THREE, f"\n\n{ROBOTS.title}\n\n", f"\n\n\u2060\n\n{ROBOTS.title}\n\n"),
        quarantine=(("card_incomplete", "\u2060"),),
    ),
    make_case("footer_missing_in_wrapped_cards", _bare(SHEEP), ROBOTS, _bare(FENCE), style=Style(width=70)),
    make_case("footer_missing_without_blank_lines", _bare(SHEEP), ROBOTS, style=Style(gap=0, indent="")),
    make_case("blank_lines_missing", *_ALL, style=Style(gap=0, indent="")),
    make_case("blank_lines_doubled", *_ALL, style=Style(gap=2)),
    Case("every_line_end_doubled", THREE.replace(b"\n", b"\n\n")),
    Case("blank_lines_with_white_space", THREE.replace(b"\n\n", "\n \u00a0\t\n".encode())),
    Case("white_space_around_every_line", THREE.replace(b"\n", b" \t\n  ")),
    Case(
        "author_line_missing_in_a_footer",
        replace(THREE, "  • 3 authors\n·\nJul", "·\nJul"),
        (SHEEP._replace(author_line=None), ROBOTS, FENCE),
        problems={0: ("author_line_missing",)},
    ),
    Case("dot_missing_in_a_footer", replace(THREE, "authors\n·\nJul 10", "authors\nJul 10")),
    Case(
        "date_missing_in_a_footer",
        replace(THREE, "·\nJul 10, 2023\n\n", ""),
        (SHEEP._replace(date_line=None), ROBOTS, FENCE),
        problems={0: ("date_missing",)},
    ),
    Case(
        "date_torn",
        replace(THREE, "Jul 10, 2023", "Jul"),
        (SHEEP._replace(date_line="Jul"), ROBOTS, FENCE),
        problems={0: ("date_invalid",)},
    ),
    Case("dot_torn", replace(THREE, "authors\n·\nJul 10", "authors\n-·\nJul 10")),
    Case("dot_doubled", replace(THREE, "authors\n·\nJul 10", "authors\n·\n·\nJul 10")),
    Case(
        "number_glued_to_a_title",
        replace(THREE, f"{_TITLE}\n\n", f"1,056\n{_TITLE}\n\n"),
        quarantine=(("card_incomplete", "1,056"),),
    ),
    Case(
        "title_without_the_rest_behind_a_card_without_footer",
        replace(write(_bare(SHEEP), ROBOTS, FENCE), f"{_TITLE}\n\n", f"A Card that Lost Its Abstract\n\n{_TITLE}\n\n"),
        (_bare(SHEEP), ROBOTS, FENCE),
        quarantine=(("card_incomplete", "A Card that Lost Its Abstract"),),
    ),
    Case(
        "author_line_torn",
        replace(THREE, "• 3 authors", "• 3 aut"),
        (SHEEP._replace(author_line="• 3 aut"), ROBOTS, FENCE),
        problems={0: ("author_count_invalid",)},
    ),
    Case(
        "footer_doubled",
        replace(THREE, _SHEEP_FOOTER, _SHEEP_FOOTER * 2),
        quarantine=(("card_without_title", "• 3 authors\n·\nJul 10, 2023"),),
    ),
    Case(
        "date_doubled",
        replace(THREE, "Jul 10, 2023\n", "Jul 10, 2023\nJul 10, 2023\n"),
        quarantine=(("card_without_title", "Jul 10, 2023"),),
    ),
    Case(
        "title_doubled",
        replace(THREE, f"{_TITLE}\n\n", f"{_TITLE}\n\n{_TITLE}\n\n"),
        quarantine=(("card_incomplete", _TITLE),),
    ),
    Case(
        "scrap_above_a_title",
        replace(THREE, f"{_TITLE}\n\n", f"2023 1\n\n{_TITLE}\n\n"),
        quarantine=(("card_incomplete", "2023 1"),),
    ),
    Case(
        "title_of_another_card_above_a_title",
        replace(THREE, f"{_TITLE}\n\n", f"A Card that Lost Its Abstract and Footer\n\n{_TITLE}\n\n"),
        quarantine=(("card_incomplete", "A Card that Lost Its Abstract and Footer"),),
    ),
    Case(
        "title_missing",
        replace(THREE, f"{_TITLE}\n\n", ""),
        (SHEEP, FENCE),
        quarantine=(("card_without_title", f"{_ABSTRACT}\n\nmeadow-lab Meadow Laboratory\n·\nOct 27 12"),),
    ),
    Case(
        "title_missing_in_the_first_card",
        replace(THREE, f"{SHEEP.title}\n\n", ""),
        (ROBOTS, FENCE),
        (("card_without_title", f"{SHEEP.abstract[0]}\n\n{_SHEEP_FOOTER.rstrip()}"),),
    ),
    Case("cards_swapped", write(FENCE, SHEEP, ROBOTS), (FENCE, SHEEP, ROBOTS)),
    Case("header_cut_in_two", THREE[60:], quarantine=(("header_unknown", "ily Papers"),)),
    _cut("behind_the_first_card", "Jul 10, 2023", SHEEP),
    _cut("in_the_title", "A Field Gui", SHEEP, quarantine=(("card_incomplete", "A Field Gui"),)),
    _cut("behind_the_title", f"{_TITLE}\n\n", SHEEP, quarantine=(("card_incomplete", _TITLE),)),
    _cut(
        "in_the_abstract",
        "beside a kettle",
        SHEEP,
        _bare(ROBOTS)._replace(abstract=(_ABSTRACT[: _ABSTRACT.index("kettle") + 6],)),
    ),
    _cut("behind_the_abstract", f"{_ABSTRACT}\n\n", SHEEP, _bare(ROBOTS)),
    _cut(
        "in_the_organization_line",
        "meadow-l",
        SHEEP,
        ROBOTS._replace(organization_line="meadow-l", date_line=None),
        _1="date_missing",
    ),
    _cut("behind_the_dot", "Laboratory\n·", SHEEP, ROBOTS._replace(date_line=None), _1="date_missing"),
    _cut("in_the_date", "\nOct 2", SHEEP, ROBOTS._replace(date_line="Oct 2"), _1="date_cut_possible"),
    _cut("in_the_comments", "\nOct 27 1", SHEEP, ROBOTS._replace(date_line="Oct 27 1"), _1="date_cut_possible"),
    _cut("behind_the_comments", "\nOct 27 12", SHEEP, ROBOTS, _1="date_cut_possible"),
    Case("cut_behind_a_year", THREE.rstrip()),
    Case(
        "cut_in_a_year",
        THREE.rstrip()[:-1],
        (SHEEP, ROBOTS, FENCE._replace(date_line="Apr 22, 202")),
        problems={2: ("date_invalid",)},
    ),
    Case(
        "cut_in_front_of_a_year",
        THREE.rstrip()[: -len(", 2024")],
        (SHEEP, ROBOTS, FENCE._replace(date_line="Apr 22")),
        problems={2: ("date_cut_possible",)},
    ),
    Case(
        "two_dumps_glued_in_the_middle_of_a_line",
        THREE.rstrip() + THREE,
        (SHEEP, ROBOTS, FENCE._replace(date_line="Apr 22, 2024new"), SHEEP, ROBOTS, FENCE),
        pages=(("daily_papers", DAY),) * 2,
        problems={2: ("date_invalid",)},
    ),
    Case("header_lines_doubled", b"".join(line * (1 + (number < 9)) for number, line in enumerate(_LINES))),
    Case(
        "dots_missing_on_the_whole_page", THREE.replace("\n·\n".encode(), b"\n"), pages=(("daily_papers_plain", DAY),)
    ),
    Case(
        "noise_in_one_place_makes_no_text_binary",
        replace(THREE, SHEEP.abstract[0], "\x01" * 400),
        (SHEEP._replace(abstract=("\x01" * 400,)), ROBOTS, FENCE),
    ),
    _cut("in_the_month", "\nOc", SHEEP, ROBOTS._replace(date_line="Oc"), _1="date_invalid"),
)
