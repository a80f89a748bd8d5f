"""What can go wrong, said in one sentence: what, where, and how to mend it.

Errors take data and build their own message; the command line prints that message behind a word such as ``Error:``,
without a traceback. So it begins with a lower-case letter, unless a name stands there, and has no full stop at its end.
"""

from __future__ import annotations

import re
from typing import Any, Final

_LONGEST_REASON: Final = 1000
_END_OF_MESSAGE: Final = re.compile(r"\n\s*(?:LINE [0-9]+:|\n)")


class PaperhouseError(Exception):
    """Base of every error a user can mend; ``str(error)`` is the sentence to show."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes as the finished sentence: subclasses take data, not what Exception keeps."""
        return _rebuild_error, (type(self), self.args, self.__dict__)


def join_message(error: BaseException) -> str:
    r"""Tell in one line what a library said, without the excerpt of its SQL and the advice that DuckDB adds.

    >>> join_message(OSError("IO Error: Cannot open file:\n No space left on device\n\nLINE 1: SELECT ...\n   ^"))
    'IO Error: Cannot open file: No space left on device'
    """
    return " ".join(_END_OF_MESSAGE.split(str(error).strip(), maxsplit=1)[0].split())


def shorten_error(error: BaseException) -> str:
    """Tell in one line of bounded length what a library said, or at least which error it raised."""
    return join_message(error)[:_LONGEST_REASON] or type(error).__name__


def _rebuild_error(kind: type[PaperhouseError], args: tuple[Any, ...], state: dict[str, Any]) -> PaperhouseError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error
