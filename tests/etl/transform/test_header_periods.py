from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.header_periods import read_period


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("Week 43, 2025", "2025-10-20", "2025-10-26"),
        ("week 1 2026", "2025-12-29", "2026-01-04"),
        ("2025-W43", "2025-10-20", "2025-10-26"),
        ("October 2025", "2025-10-01", "2025-10-31"),
        ("Feb 2024", "2024-02-01", "2024-02-29"),
        ("Sept. 2025", "2025-09-01", "2025-09-30"),
        ("Oct 20 - Oct 26, 2025", "2025-10-20", "2025-10-26"),
        ("Oct 20 \u2013 26, 2025", "2025-10-20", "2025-10-26"),
        ("Dec 29 - Jan 4, 2026", "2025-12-29", "2026-01-04"),
    ],
)
def test_a_week_or_month_with_a_year_is_a_period(header: str, first: str, last: str):
    period = read_period(header)
    assert period is not None
    assert (str(period.first_on), str(period.last_on)) == (first, last)


@pytest.mark.parametrize(
    "header",
    [None, "", "Week 54, 2025", "Week 43", "Oct 20 - Oct 26", "Oct 29, 2025", "Foo 2025", "Oct 26 - 20, 2025",
     "Feb 30 - Mar 2, 2025", "October 0000", "2025-W00"],
)  # fmt: skip
def test_anything_else_is_none(header: str | None):
    assert read_period(header) is None


@given(st.text(max_size=30))
def test_any_text_is_a_period_of_days_in_order_or_none(header: str):
    period = read_period(header)
    assert period is None or period.first_on <= period.last_on
