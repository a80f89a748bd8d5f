"""How a command ends: one sentence and an exit code, whatever happened.

0 done; 1 refused or failed; 2 misuse; 130 and 143 stopped by Ctrl-C and by SIGTERM or SIGHUP.
Tracebacks are for those who mend the code: ``PAPERHOUSE_DEBUG=1`` shows them.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import signal
import traceback
from typing import TYPE_CHECKING, Any, Final, NoReturn

import typer
from typer.core import TyperGroup

from etl.cli.terminal import say
from etl.errors import PaperhouseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

DEBUG_VARIABLE: Final = "PAPERHOUSE_DEBUG"

FAILED: Final = 1
INTERRUPTED: Final = 130
TERMINATED: Final = 143

_MENDS: Final = {
    errno.EACCES: "check its permissions",
    errno.EPERM: "check its permissions",
    errno.EROFS: "choose a place that can be written to",
    errno.ENOSPC: "free some space on the disk and run the command again",
    errno.EDQUOT: "free some space of your quota and run the command again",
    errno.ENOENT: "check the path",
    errno.EMFILE: "raise the limit of open files (ulimit -n) or use fewer --workers",
    errno.ENOMEM: "free some memory or use fewer --workers",
}

_WHOLE: Final = "the current release of the warehouse, if there is one, is whole"
_LOOK: Final = "no command changes a published release; whether one is damaged, 'paperhouse verify' tells"
_RUST_ERROR: Final = re.compile(r"\(os error (\d{1,4})\)")


class TerminatedError(KeyboardInterrupt):
    """The system or another program asked this one to end; it takes the same way out as after Ctrl-C."""


class Program(TyperGroup):
    """The group of all commands, which tells every error in one sentence."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - a context of typer's own, which it does not export
        """Run the command that was named."""
        with tell_errors():
            return super().invoke(ctx)


@contextlib.contextmanager
def tell_errors() -> Iterator[None]:
    """Turn whatever the block raises into a sentence on stderr and an exit code; misuse is left to typer."""
    try:
        yield
    except (typer.TyperException, typer.Exit, typer.Abort, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - a panic in polars is no Exception
        sentence, code = explain_error(error)
        say(sentence if isinstance(error, KeyboardInterrupt) else f"Error: {sentence}")
        if os.environ.get(DEBUG_VARIABLE) and not isinstance(error, (PaperhouseError, KeyboardInterrupt)):
            typer.echo("".join(traceback.format_exception(error)), err=True)
        raise typer.Exit(code) from None


def explain_error(error: BaseException) -> tuple[str, int]:
    """Say what happened and how to mend it, and choose the exit code.

    >>> explain_error(KeyboardInterrupt())
    ('Stopped by Ctrl-C; the current release of the warehouse, if there is one, is whole.', 130)
    """
    match error:
        case PaperhouseError():
            return str(error), FAILED
        case KeyboardInterrupt():
            by, code = ("a signal", TERMINATED) if isinstance(error, TerminatedError) else ("Ctrl-C", INTERRUPTED)
            return f"Stopped by {by}; {_WHOLE}.", code
        case MemoryError():
            return f"the memory does not suffice: {_MENDS[errno.ENOMEM]}", FAILED
        case OSError():
            return _explain_system_error(error), FAILED
        case UnicodeEncodeError(reason="surrogates not allowed"):
            return f"a text or path that was given is not UTF-8 ({error.object[:300]})", FAILED
    refusal = _find_refusal(error)
    return (_explain_system_error(refusal) if refusal else _explain_surprise(error)), FAILED


def _explain_surprise(error: BaseException) -> str:
    first_line = next(iter(str(error).splitlines()), "")
    what = f"{type(error).__name__}: {first_line[:300]}"
    return f"something unexpected happened ({what}): please report it with what {DEBUG_VARIABLE}=1 shows; {_LOOK}"


def _find_refusal(error: BaseException) -> OSError | None:
    """Find the system's refusal in an error of polars, which knows no ``OSError`` and names no file."""
    found = _RUST_ERROR.search(str(error))
    if not found:
        return None
    number = int(found[1])
    return OSError(number, f"a file could not be read or written ({os.strerror(number)})")


def _explain_system_error(error: OSError) -> str:
    reason = error.strerror or str(error) or type(error).__name__
    where = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, (str, bytes)) else ""
    mend = _MENDS.get(error.errno or 0, "mend that and run the command again")
    return f"{where}{reason}: {mend}"


def stop_on_signals() -> None:
    """Let SIGTERM and SIGHUP end a command as Ctrl-C does: in order, with its worker processes."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise TerminatedError
