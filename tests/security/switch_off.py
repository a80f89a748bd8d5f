"""Switch off each defence in turn, and show that its test fails.

    python tests/security/switch_off.py [--only-off] [NAME ...]

Runs each test of tests/security/defences.py twice in this process: as it is, when it must pass, and with the defence
weakened, when it must fail; ``--only-off`` leaves the first run out. Ends with 1 if a test does not do so.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # tests/ is no installed package

from tests.security.defences import DEFENCES, Defence  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator


def find_place(path: str) -> Any:  # noqa: ANN401 - a module, or what it holds
    """Find a module, or a class or object of one."""
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError:
        module, _, name = path.rpartition(".")
        return getattr(importlib.import_module(module), name)


@contextlib.contextmanager
def switch_off(defence: Defence) -> Iterator[None]:
    """Put what is weak in the place of a defence while the block runs."""
    place = find_place(defence.module)
    before = getattr(place, defence.attribute)
    setattr(place, defence.attribute, defence.weakened)
    try:
        yield
    finally:
        setattr(place, defence.attribute, before)


def passes(test: str) -> bool:
    """Run a test of this folder quietly; tell whether it passes. A test that is not there ends the command."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-p", "no:warnings", f"tests/security/{test}"])
    if code not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        sys.exit(f"{test} cannot be run:\n{said.getvalue()}")
    return code is pytest.ExitCode.OK


def main() -> int:
    """Run the command."""
    os.chdir(ROOT)
    only_off = "--only-off" in sys.argv
    names = {name for name in sys.argv[1:] if not name.startswith("--")}
    faults = 0
    for defence in DEFENCES:
        if names and defence.name not in names:
            continue
        is_good = only_off or passes(defence.test)
        with switch_off(defence):
            is_missed = not passes(defence.test)
        faults += not (is_good and is_missed)
        on = "-" if only_off else "passes" if is_good else "FAILS"
        off = "fails" if is_missed else "PASSES"
        print(f"{defence.name:<30} on: {on}  off: {off}  {defence.module}.{defence.attribute}", flush=True)  # noqa: T201
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
