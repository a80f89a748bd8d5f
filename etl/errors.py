"""What can go wrong, said in one sentence: what, where, and how to mend it.

Errors take data and build their own message; the command line prints that message behind a word such as ``Error:``,
without a traceback. So it begins with a lower-case letter, unless a name stands there, and has no full stop at its end.
"""

from __future__ import annotations

from typing import Any, Final

_LONGEST_REASON: Final = 1000


class PaperhouseError(Exception):
    """Base of every error a user can mend; ``str(error)`` is the sentence to show."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes as the finished sentence: subclasses take data, not what Exception keeps."""
        return _rebuild_error, (type(self), self.args, self.__dict__)


def shorten_error(error: BaseException) -> str:
    r"""Tell in one line what a library said, without the place in its SQL that DuckDB points to.

    >>> shorten_error(OSError("IO Error: Cannot open file:\n No space left on device\n\nLINE 1: SELECT ...\n   ^"))
    'IO Error: Cannot open file: No space left on device'
    """
    said = " ".join(str(error).partition("\n\nLINE ")[0].split())
    return said[:_LONGEST_REASON] or type(error).__name__


def _rebuild_error(kind: type[PaperhouseError], args: tuple[Any, ...], state: dict[str, Any]) -> PaperhouseError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error
