"""Every case of the corpus is read as it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.extract.parse import parse_dump
from etl.stages.work_unit import make_unit_tables
from tests.etl.extract.ledger import list_faults
from tests.hostile import cards, damage, encodings, footers, headers, strangers

if TYPE_CHECKING:
    from etl.extract.parse import ParsedDump
    from tests.hostile.cases import Case
    from tests.strategies import Card

CORPUS = [
    pytest.param(case, id=case.name)
    for module in (encodings, cards, footers, headers, damage, strangers)
    for case in module.CASES
]


def list_cards(dump: ParsedDump) -> list[tuple[str | None, ...]]:
    return [listing.card[2:9] for listing in dump.listings]


def print_card(card: Card) -> tuple[str | None, ...]:
    title, abstract, *lines = card
    return (title, "\n\n".join(abstract) or None, *lines)


def expect_problems(case: Case, number: int) -> list[str]:
    card = case.cards[number]
    has_footer = any((card.author_line, card.organization_line, card.date_line))
    problems = [*case.problems.get(number, ())]
    problems += [] if card.abstract else ["abstract_missing"]
    problems += [] if has_footer else ["footer_missing"]
    return sorted(problems)


@pytest.mark.parametrize("case", CORPUS)
def test_a_case_is_read_as_it_says(case: Case):
    dump = parse_dump(case.raw)
    assert list_cards(dump) == [print_card(card) for card in case.cards]
    codec = dump.encoding or "utf-8"
    quarantine = sorted(dump.quarantine)
    assert [(span.reason, case.raw[span.start : span.end].decode(codec, "replace")) for span in quarantine] == list(
        case.quarantine
    )
    assert (dump.status, dump.reason, dump.encoding) == (case.status, case.reason, case.encoding)
    assert tuple(page[1:] for page in dump.pages) == case.pages
    assert list_faults(case.raw, dump) == []


@pytest.mark.parametrize("case", [one for one in CORPUS if one.values[0].cards])
def test_a_case_is_published_with_its_problems_and_fields(case: Case):
    dump = parse_dump(case.raw)
    rows = make_unit_tables({dump.dump_id: case.raw})["cards"].to_dicts()
    assert [row["problems"] for row in rows] == [expect_problems(case, number) for number in range(len(case.cards))]
    for number, fields in case.fields.items():
        assert {name: rows[number][name] for name in fields} == fields


def test_the_names_of_the_cases_are_distinct():
    names = [case.id for case in CORPUS]
    assert len(names) == len(set(names))
