"""What can be set for a run, in the launchpad or in the job's config."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Final

import dagster as dg
from pydantic import Field

from etl.errors import PaperhouseError
from etl.load.warehouse import LANDING_VARIABLE
from etl.stages.collect import InputOptions
from etl.stages.decisions import find_decisions
from etl.store import name_root

_LANDING: Final = Path(__file__).resolve().parent.parent / "warehouse" / "landing"
"""The folder for dumps in a clone of the project; an installed wheel has none."""


class DumpsUnknownError(PaperhouseError):
    """Nobody said which dumps to build from."""

    def __init__(self) -> None:
        super().__init__(
            f"no dumps are named: name files or folders under 'dumps' in the run's config, or set {LANDING_VARIABLE}"
        )


class PageDayInvalidError(PaperhouseError):
    """A page's day that is no calendar date."""

    def __init__(self, name: str, day: str) -> None:
        super().__init__(f"page_days: {day!r} for {name} is no date; write it as YYYY-MM-DD")


def list_default_dumps() -> list[str]:
    """Name the dumps nobody named: ``$PAPERHOUSE_LANDING``, else ``warehouse/landing`` in a clone, else none."""
    named = os.environ.get(LANDING_VARIABLE)
    if named:
        return [named]
    return [str(_LANDING)] if _LANDING.is_dir() else []


class DumpsConfig(dg.Config):
    """Which dumps to build from."""

    dumps: list[str] = Field(
        default=list_default_dumps(),
        description="Files, archives and folders with dumps, as absolute paths or URLs of a store. The release holds "
        "exactly what is named here; a dump that is no longer named leaves the dataset.",
    )
    page_days: dict[str, str] = Field(
        default={},
        description="The day of single pages where you know it, by the file's name as the table inputs shows it, "
        "e.g. {page-7.txt: 2025-10-29}.",
    )
    page_days_from_names: bool = Field(
        default=False,
        description="Take a day such as 2025-10-29 in the name of a file, or of the nearest folder, for its pages'.",
    )
    skip_unreadable: bool = Field(
        default=False, description="Go on without files that cannot be read; the table inputs lists them."
    )

    rehash: bool = Field(
        default=False,
        description="Read every file again; without it, files whose size, times and inode are as before are not.",
    )

    def to_options(self) -> InputOptions:
        """Read the config as the stage wants it. Errors: ``DumpsUnknownError``, ``PageDayInvalidError``."""
        if not self.dumps:
            raise DumpsUnknownError
        days = {name: _read_day(name, day) for name, day in self.page_days.items()}
        return InputOptions(
            tuple(map(name_root, self.dumps)),
            days,
            self.skip_unreadable,
            page_days_from_names=self.page_days_from_names,
            rehash=self.rehash,
        )


class QuarantineConfig(dg.Config):
    """How much may be unreadable."""

    much_quarantine: float = Field(
        default=0.02, ge=0, le=1, description="Warn if more than this share of all bytes is in quarantine."
    )
    most_quarantine: float = Field(
        default=0.25, ge=0, le=1, description="Make no release if more than this share of all bytes is in quarantine."
    )


class AgeConfig(dg.Config):
    """How old a release may get."""

    most_days: float = Field(
        default=7, gt=0, description="Days since the release was last built or confirmed, after which the check fails."
    )


class DecisionsConfig(dg.Config):
    """What people have decided about single papers."""

    decisions: str | None = Field(
        default=None,
        description="A CSV file of people's decisions on which listings are one paper, and which not; "
        "without it warehouse/decisions.csv in the clone, if there is one.",
    )

    def find_file(self) -> Path | None:
        """Find the file of decisions, if there is one."""
        return find_decisions(Path(self.decisions) if self.decisions else None)


class PublishConfig(dg.Config):
    """What may be published."""

    allow_shrink: bool = Field(
        default=False, description="Publish also if the same dumps give much less than the release before."
    )
    accept_break: str | None = Field(
        default=None,
        description="Publish also if ids stop resolving or values become null that readers rely on; "
        "this is the reason, which the release carries.",
    )


def _read_day(name: str, day: str) -> dt.date:
    try:
        return dt.datetime.strptime(day, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise PageDayInvalidError(name, day) from error
