"""Author lines, organisation lines, date lines and numbers in every form that was seen or is likely."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.hostile.cases import FENCE, ROBOTS, SHEEP, THREE, Case, make_case, replace, write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.strategies import Card


def _make(name: str, card: Card, fields: Mapping[str, object], *problems: str) -> Case:
    """Make a case of a card in the middle of a page, with what is published of it."""
    return make_case(name, ROBOTS, card, FENCE, fields={1: fields}, problems={1: problems} if problems else {})


def _make_authors(name: str, line: str, count: int | None, *problems: str) -> Case:
    card = SHEEP._replace(author_line=line)
    return _make(f"author_line_{name}", card, {"author_count": count, "footer": "authors"}, *problems)


def _make_date(
    name: str, line: str, day: tuple[int, int, int | None] | None, comments: int | None, *problems: str
) -> Case:
    names = ("month", "day", "year")
    fields = {**dict(zip(names, day or (None, None, None), strict=True)), "comment_count": comments}
    return _make(f"date_line_{name}", SHEEP._replace(date_line=line), fields, *problems)


def _make_organization(name: str, line: str, handle: str, full: str | None) -> Case:
    card = ROBOTS._replace(organization_line=line)
    fields = {"organization_handle": handle, "organization_name": full, "footer": "organization", "author_count": None}
    return make_case(f"organization_line_{name}", SHEEP, card, FENCE, fields={1: fields})


def _with(**pieces: str) -> tuple[Card, ...]:
    return (SHEEP._replace(**pieces), ROBOTS, FENCE)


_BOTH = {"author_count": 12, "organization_handle": "meadow-lab", "footer": "both"}

CASES = (
    _make_authors("of_one_as_the_source_prints_it", "• 1 authors", 1),
    _make_authors("in_the_singular", "• 1 author", 1),
    _make_authors("without_a_bullet", "1 author", 1),
    _make_authors("with_a_comma_in_the_number", "• 1,204 authors", 1204),
    _make_authors("in_thousands", "• 1.2k authors", 1200, "number_rounded"),
    _make_authors("with_a_dash", "- 3 authors", 3),
    _make_authors("with_an_asterisk", "* 3 authors", 3),
    _make_authors("with_a_dot_for_a_bullet", "· 3 authors", 3),
    _make_authors("without_a_space_behind_the_bullet", "•3 authors", 3),
    _make_authors("with_hard_spaces", "•\u00a03\u00a0authors", 3),
    _make_authors("with_a_ring_for_a_bullet", "○ 3 authors", 3),
    _make_authors("with_a_plus_for_a_bullet", "+ 3 authors", 3),
    _make_authors("with_a_picture_for_a_bullet", "\U0001f465 3 authors", 3),
    _make_authors("with_an_arrow_for_a_bullet", "> 3 authors", 3),
    _make_authors("numbered", "1. 10 authors", 10),
    _make_authors("with_entities", "&nbsp;&bull; 3 authors", 3),
    _make_authors("with_a_hexadecimal_entity", "&#x2022; 3 authors", 3),
    _make_authors("with_thin_spaces", "•\u20093\u2003authors", 3),
    _make_authors("with_a_sign_without_room", "• 3\u200b authors", 3),
    _make_authors("in_capitals", "• 3 Authors", 3),
    _make_authors("with_commas_in_odd_places", "• 1,2,04 authors", None, "author_count_invalid"),
    _make_authors("with_more_authors_than_there_are_people", "• 99999999999 authors", None, "author_count_invalid"),
    _make_organization("of_a_handle_and_a_name", "meadow-lab Meadow Laboratory", "meadow-lab", "Meadow Laboratory"),
    _make_organization("of_a_handle_alone", "meadow-lab", "meadow-lab", None),
    _make_organization("of_a_name_in_another_script", "meadow 草地 実験室", "meadow", "草地 実験室"),
    _make_organization("with_a_bracket", "m4 Meadow (Lab)", "m4", "Meadow (Lab)"),
    _make_organization("with_dots_and_underscores", "m.ea_dow-4 Meadow", "m.ea_dow-4", "Meadow"),
    make_case("organization_above_the_author_line", SHEEP, FENCE, fields={1: _BOTH}),
    Case(
        "organization_below_the_author_line",
        replace(
            write(SHEEP, FENCE),
            "meadow-lab Meadow Laboratory\n  • 12 authors",
            "• 12 authors\nmeadow-lab Meadow Laboratory",
        ),
        (SHEEP, FENCE),
        fields={1: _BOTH},
    ),
    *(
        Case(
            f"footer_on_one_line_with_{name}",
            replace(THREE, "  • 3 authors\n·\nJul 10, 2023", f"• 3 authors{sign}Jul 10, 2023"),
        )
        for name, sign in {"a_bar": " | ", "a_bullet": " • ", "a_dash": " - ", "a_comma": ", "}.items()
    ),
    Case("dot_on_the_line_of_the_authors", replace(THREE, "3 authors\n·\n", "3 authors ·\n")),
    Case(
        "organization_and_authors_on_one_line",
        replace(
            THREE,
            "meadow-lab Meadow Laboratory\n  • 12 authors\n·\n",
            "meadow-lab Meadow Laboratory · 12 authors\n·\n",
        ),
        (SHEEP, ROBOTS, FENCE._replace(author_line="12 authors")),
    ),
    Case(
        "dot_between_organization_and_authors",
        replace(THREE, "Laboratory\n  • 12 authors", "Laboratory\n·\n• 12 authors"),
        fields={2: _BOTH},
    ),
    Case(
        "bullet_on_a_line_of_its_own", replace(THREE, "  • 3 authors", "•\n3 authors"), _with(author_line="3 authors")
    ),
    Case("author_line_broken", replace(THREE, "  • 3 authors", "• 3\nauthors")),
    Case(
        "number_of_authors_broken",
        replace(THREE, "  • 3 authors", "• 1\n3 authors"),
        _with(author_line="• 1 3 authors"),
        problems={0: ("author_count_invalid",)},
        fields={0: {"author_count": None}},
    ),
    Case(
        "date_broken_at_its_comma",
        replace(THREE, "Jul 10, 2023", "Jul 10\n, 2023"),
        _with(date_line="Jul 10 , 2023"),
        fields={0: {"year": 2023, "month": 7, "day": 10}},
    ),
    Case("date_broken_behind_its_comma", replace(THREE, "Jul 10, 2023", "Jul 10,\n2023")),
    Case("date_broken_behind_its_month", replace(THREE, "Jul 10, 2023", "Jul\n10, 2023")),
    Case(
        "day_broken",
        replace(THREE, "Jul 10, 2023", "Jul 1\n0, 2023"),
        _with(date_line="Jul 1 0, 2023"),
        problems={0: ("date_invalid",)},
        fields={0: {"year": None, "month": None, "day": None}},
    ),
    Case("blank_line_below_an_organization", replace(THREE, "Laboratory\n·\nOct", "Laboratory\n\n·\nOct")),
    Case(
        "blank_line_between_organization_and_authors",
        replace(THREE, "Laboratory\n  • 12 authors", "Laboratory\n\n  • 12 authors"),
        fields={2: _BOTH},
    ),
    Case(
        "footer_on_one_line",
        replace(
            replace(write(SHEEP, ROBOTS, FENCE), "  • 3 authors\n·\nJul 10, 2023", "• 3 authors · Jul 10, 2023"),
            "Laboratory\n·\nOct 27 12",
            "Laboratory · Oct 27 12",
        ),
    ),
    Case(
        "date_on_the_line_of_the_dot",
        write(SHEEP, ROBOTS, FENCE).replace("·\n".encode(), "· ".encode()),
    ),
    Case(
        "blank_lines_inside_footers",
        write(SHEEP, ROBOTS, FENCE).replace("\n·\n".encode(), "\n\n·\n\n".encode()),
    ),
    *(
        Case(f"dot_{ord(dot):04x}", write(SHEEP, ROBOTS, FENCE).replace("\n·\n".encode(), f"\n{dot}\n".encode()))
        for dot in "•∙⋅‧・*|?\ufffd"
    ),
    *(
        Case(
            f"bullets_and_dots_as_{name}",
            THREE.replace("•".encode(), bullet.encode()).replace("·".encode(), dot.encode()),
            tuple(
                card._replace(author_line=card.author_line and card.author_line.replace("•", bullet))
                for card in (SHEEP, ROBOTS, FENCE)
            ),
        )
        for name, bullet, dot in (
            ("entities", "&bull;", "&middot;"),
            ("numeric_entities", "&#8226;", "&#183;"),
            ("question_marks", "?", "?"),
            ("replacement_characters", "\ufffd", "\ufffd"),
            ("text_decoded_twice_in_latin_1", "â\x80¢", "Â·"),
        )
    ),
    _make_date("short_month", "Jul 10, 2023", (7, 10, 2023), None),
    _make_date("full_month", "July 10, 2023", (7, 10, 2023), None),
    _make_date("month_with_a_full_stop", "Jul. 10, 2023", (7, 10, 2023), None),
    _make_date("month_in_capitals", "JUL 10, 2023", (7, 10, 2023), None),
    _make_date("september_as_sept", "Sept 3", (9, 3, None), None),
    _make_date("day_with_a_zero", "Jul 05, 2023", (7, 5, 2023), None),
    _make_date("no_space_behind_the_comma", "Jul 10,2023", (7, 10, 2023), None),
    _make_date("ordinal", "July 10th, 2023 2", (7, 10, 2023), 2),
    _make_date("ordinal_without_a_year", "Jul 3rd", (7, 3, None), None),
    _make_date("day_first", "10 July 2023", (7, 10, 2023), None),
    _make_date("day_first_with_comments", "10 Jul 2023 4", (7, 10, 2023), 4),
    _make_date("day_first_without_a_year", "10 Jul", (7, 10, None), None),
    _make_date("iso", "2023-07-10", (7, 10, 2023), None),
    _make_date("iso_with_comments", "2023-07-10 7", (7, 10, 2023), 7),
    _make_date("weekday", "Mon, Jul 10, 2023", (7, 10, 2023), None),
    _make_date("published_on", "Published on Jul 10, 2023", (7, 10, 2023), None),
    _make_date("comments_without_a_year", "Sep 30 21", (9, 30, None), 21),
    _make_date("comments_with_a_comma", "Sep 30, 2024 1,056", (9, 30, 2024), 1056),
    _make_date("comments_in_thousands", "Jul 3 2.61k", (7, 3, None), 2610, "number_rounded"),
    _make_date("comments_with_commas_in_odd_places", "Jul 3 1,0,56", (7, 3, None), None, "comment_count_invalid"),
    _make_date("a_leap_day", "Feb 29, 2024", (2, 29, 2024), None),
    _make_date("a_year_or_comments", "Sep 30 2024", None, None, "date_ambiguous"),
    _make_date("no_day_of_the_calendar", "Feb 30, 2024", None, None, "date_invalid"),
    _make_date("no_leap_day", "Feb 29, 2023", None, None, "date_invalid"),
    _make_date("day_zero", "Jul 0", None, None, "date_invalid"),
    _make_date("relative", "14 days ago", None, None, "date_relative"),
    _make_date("relative_of_one", "a day ago", None, None, "date_relative"),
    _make_date("relative_by_a_word", "yesterday", None, None, "date_relative"),
)
