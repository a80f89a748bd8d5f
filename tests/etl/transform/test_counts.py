from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.counts import is_rounded, parse_count

MAX_COUNT = 2**31 - 1


def parse(text: str | None) -> tuple[int | None, bool]:
    texts = pl.DataFrame({"text": [text]}, schema={"text": pl.String})
    parsed = texts.select(parse_count(pl.col("text")).alias("count"), is_rounded(pl.col("text")).alias("is_rounded"))
    assert parsed.schema["count"] == pl.Int32
    return parsed.row(0)


@pytest.mark.parametrize(
    ("text", "count"),
    [("0", 0), ("14", 14), ("007", 7), ("1,056", 1056), ("12,345,678", 12_345_678), (str(MAX_COUNT), MAX_COUNT)],
)
def test_an_exact_count_is_read(text: str, count: int):
    assert parse(text) == (count, False)


@pytest.mark.parametrize(
    ("text", "count"),
    [("2.61k", 2610), ("1k", 1000), ("1.001K", 1001), ("0.5k", 500), ("1.5m", 1_500_000), ("2147M", 2_147_000_000)],
)
def test_a_count_in_thousands_or_millions_is_read_and_known_to_be_rounded(text: str, count: int):
    assert parse(text) == (count, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "1,05",
        "1,0567",
        ",100",
        "1,,000",
        "1.5",
        "k",
        "1.2.3k",
        "1,000k",
        "-3",
        "+3",
        "3 4",
        "٣",
        "³",
        "1e3",
        "0x1f",
    ],
)
def test_what_is_no_count_stays_unknown(text: str):
    assert parse(text)[0] is None


@pytest.mark.parametrize("text", [str(MAX_COUNT + 1), "9" * 10, "9" * 400, "2148m", "9999.999999m"])
def test_a_count_too_large_to_be_one_stays_unknown(text: str):
    assert parse(text)[0] is None


def test_nothing_printed_is_unknown_and_not_rounded():
    assert parse(None) == (None, False)


@given(st.integers(0, MAX_COUNT))
def test_every_count_reads_back_with_and_without_commas(count: int):
    assert parse(str(count)) == parse(f"{count:,}") == (count, False)


@given(st.integers(0, 999_999), st.integers(0, 999))
def test_every_count_in_thousands_means_its_digits(thousands: int, rest: int):
    text = f"{thousands}.{rest:03}"
    assert parse(f"{text}k") == (int(Decimal(text) * 1000), True)


@given(st.text())
def test_any_text_is_a_count_or_unknown(text: str):
    count, _ = parse(text)
    assert count is None or 0 <= count <= MAX_COUNT
