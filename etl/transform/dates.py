"""Date lines to dates: what is printed is read, what is not printed stays unknown."""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from etl.patterns import DATE_FORMS, MONTH_NAMES, RELATIVE_DATE
from etl.transform.counts import is_rounded, parse_count

_MONTHS: Final = {name[:3]: number for number, name in enumerate(MONTH_NAMES, start=1)}
_LEAP_YEAR: Final = 2024
_LOOKS_LIKE_A_YEAR: Final = "^(?:19|20)[0-9]{2}$"


def parse_date_lines(cards: pl.DataFrame) -> pl.DataFrame:
    """Split each card's printed date line into its parts.

    Columns in:  ``date_line`` (String, nullable), e.g. ``Jul 14, 2024 2``, ``Jun 16``, ``2024-07-14``.
    Columns out: ``date_line`` loses its trailing number; adds ``month`` (Int8, 1-12), ``day`` (Int8, 1-31) and ``year``
                 (Int16, CE, null if not printed), all three null where the line names no day of the calendar or could
                 be read in two ways; ``comment_count`` (Int32, comments, null if not printed), ``date_problem`` and
                 ``comment_count_problem`` (String, a code of ``schemas.codes.PROBLEMS`` or null). Rows and order
                 unchanged.
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.
    Source:      docs/dump-format.md#date-line

    >>> parse_date_lines(pl.DataFrame({"date_line": ["Jul 14, 2024 2", "Jun 16", "Sep 30 2024"]})).rows()
    [('Jul 14, 2024', 7, 14, 2024, 2, None, None), ('Jun 16', 6, 16, None, None, None, None), \
('Sep 30 2024', None, None, None, None, 'date_ambiguous', None)]
    """
    line = pl.col("date_line")
    forms = [line.str.extract_groups(form).struct for form in DATE_FORMS.values()]
    relative = line.str.extract_groups(RELATIVE_DATE).struct
    number, printed = (pl.coalesce(*(form.field(name) for form in (*forms, relative))) for name in ("number", "date"))
    month, day, year = (pl.coalesce(*(form.field(name) for form in forms)) for name in ("month", "day", "year"))
    month, day, year = _read_month(month), day.cast(pl.Int8), year.cast(pl.Int16)
    comma_is_missing = forms[0].field("year").is_null() & forms[0].field("day").is_not_null()
    is_ambiguous = (comma_is_missing & number.str.contains(_LOOKS_LIKE_A_YEAR)).fill_null(value=False)
    is_day = make_date(year.fill_null(_LEAP_YEAR), month, day).is_not_null()
    is_relative = relative.field("date").is_not_null()
    count = pl.when(~is_ambiguous).then(parse_count(number))
    return cards.with_columns(
        pl.when(is_ambiguous).then(line).otherwise(printed.fill_null(line)).alias("date_line"),
        *(
            pl.when(is_day & ~is_ambiguous).then(part).alias(name)
            for name, part in (("month", month), ("day", day), ("year", year))
        ),
        count.alias("comment_count"),
        pl.when(is_ambiguous)
        .then(pl.lit("date_ambiguous"))
        .when(is_relative)
        .then(pl.lit("date_relative"))
        .when(line.is_not_null() & ~is_day.fill_null(value=False))
        .then(pl.lit("date_invalid"))
        .alias("date_problem"),
        pl.when(number.is_not_null() & ~is_ambiguous & count.is_null())
        .then(pl.lit("comment_count_invalid"))
        .when(count.is_not_null() & is_rounded(number))
        .then(pl.lit("number_rounded"))
        .alias("comment_count_problem"),
    )


CUT_DAY: Final = ("problems", "year", "comment_count")
"""What tells of a card whether its day may be cut."""


def make_date(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Make a Date of year, month and day; null where any is null or the calendar has no such day.

    >>> days = pl.DataFrame({"year": [2024, 2023], "month": [2, 2], "day": [29, 29]})
    >>> days.select(make_date(pl.col("year"), pl.col("month"), pl.col("day")).alias("on")).to_series().to_list()
    [datetime.date(2024, 2, 29), None]
    """
    text = pl.concat_str(
        year.cast(pl.String).str.zfill(4),
        month.cast(pl.String).str.zfill(2),
        day.cast(pl.String).str.zfill(2),
        separator="-",
    )
    return pl.when(year >= dt.MINYEAR).then(text.str.to_date("%Y-%m-%d", strict=False))


def _read_month(text: pl.Expr) -> pl.Expr:
    """Read a month's name or number."""
    named = text.str.slice(0, 3).str.to_lowercase().replace_strict(_MONTHS, default=None, return_dtype=pl.Int8)
    return pl.coalesce(named, text.cast(pl.Int8, strict=False))


def is_cut_day() -> pl.Expr:
    """Tell of cards whether their day may have lost its year, or a digit: ``Jul 1`` at the end of a dump.

    Columns in: :data:`CUT_DAY`. A number of comments behind the day shows that it is whole.
    """
    may_be_cut = pl.col("problems").list.contains("date_cut_possible")
    return may_be_cut & pl.col("year").is_null() & pl.col("comment_count").is_null()


def forget_cut_days(cards: pl.DataFrame) -> pl.DataFrame:
    """Take no day from a date line that may be cut: it is evidence for no year, and tells no two papers apart.

    Columns in:  those of :data:`CUT_DAY`, ``month``, ``day``, and others. Columns out: the same.
    """
    return cards.with_columns(pl.when(~is_cut_day()).then(pl.col(name)).alias(name) for name in ("month", "day"))
