"""Whether new dumps have arrived: one look at the landing folders, and what it means beside the look before.

A file that is still being copied must not be built from. So a change is believed only if two looks in a row see the
same files, with the same size, time and inode, and the youngest of them has rested for a while. Hidden files and names
of unfinished transfers are no inputs at all, see ``etl.extract.files``.
"""

from __future__ import annotations

import hashlib
import json
import stat
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from etl.extract.files import find_inputs

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from etl.store import Place

_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True)
class Look:
    """What was seen: a fingerprint of all files by name, size, time and inode, and those that have not rested yet."""

    fingerprint: str
    file_count: int
    byte_count: int
    restless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Memory:
    """What the looks before have left behind; small, however many files there are."""

    seen: str = ""
    """The fingerprint of the look before."""
    asked_for: str = ""
    """The fingerprint for which a build was asked last."""
    requests: int = 0
    """How many builds were asked for: files that come back as they were are asked for again."""

    def to_json(self) -> str:
        """Write it down for the next look."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str | None) -> Memory:
        """Read it back; nothing, or what another version wrote, is an empty memory, which costs one build."""
        try:
            return cls(**json.loads(text or "{}"))
        except (TypeError, ValueError):
            return cls()


@dataclass(frozen=True)
class Verdict:
    """Whether to build now, why or why not in one sentence, and what to remember."""

    is_due: bool
    reason: str
    memory: Memory

    @property
    def run_key(self) -> str:
        """A name for the build that is asked for, so that none is started twice."""
        return f"{self.memory.asked_for}-{self.memory.requests}"


def look_at(
    roots: Sequence[Path | Place], *, now: float, rest_seconds: float, besides: Collection[Path | Place] = ()
) -> Look:
    """Look at all files that a build would read; one has rested if it did not change in ``rest_seconds``.

    ``besides`` are the places of the warehouse, which may lie in one of the folders.

    A time in the future counts by its distance: the clock of a file server may be ahead. Only names and dates are read.
    Errors: ``InputMissingError`` for a root that does not exist or a folder without files.
    """
    lines, restless, byte_count = [], [], 0
    for file in find_inputs(roots, besides=besides).files:
        found = file.listed
        if found is None:  # gone since it was listed: the next look will know
            restless.append(file.name)
            continue
        lines.append([file.name, found.st_size, found.st_mtime_ns, found.st_ino])
        byte_count += found.st_size
        has_rested = abs(now - found.st_mtime_ns / _NANOSECONDS) >= rest_seconds
        if stat.S_ISREG(found.st_mode) and not has_rested:
            restless.append(file.name)
    fingerprint = hashlib.sha256(json.dumps(lines).encode()).hexdigest()[:32]
    return Look(fingerprint, len(lines), byte_count, tuple(restless))


def judge_look(look: Look, memory: Memory) -> Verdict:
    """Decide from a look and the memory of those before whether a build is due.

    >>> first = judge_look(Look("a", 2, 40), Memory())
    >>> first.is_due, first.reason
    (False, 'The files have changed (2 files, 40 bytes): a build starts if the next look sees them just so.')
    >>> second = judge_look(Look("a", 2, 40), first.memory)
    >>> second.is_due, second.run_key, judge_look(Look("a", 2, 40), second.memory).is_due
    (True, 'a-1', False)
    """
    seen = replace(memory, seen=look.fingerprint)
    amount = f"{look.file_count} files, {look.byte_count:,} bytes"
    if look.fingerprint == memory.asked_for:
        return Verdict(
            is_due=False, reason=f"No change since the last build that was asked for ({amount}).", memory=seen
        )
    if look.restless:
        shown = f"{look.restless[0]!r}" + (f" and {len(look.restless) - 1} others" if len(look.restless) > 1 else "")
        return Verdict(is_due=False, reason=f"Waiting until {shown} stays as it is.", memory=seen)
    if look.fingerprint != memory.seen:
        reason = f"The files have changed ({amount}): a build starts if the next look sees them just so."
        return Verdict(is_due=False, reason=reason, memory=seen)
    asked = Memory(seen=look.fingerprint, asked_for=look.fingerprint, requests=memory.requests + 1)
    return Verdict(is_due=True, reason=f"The files have changed and stay as they are ({amount}).", memory=asked)
