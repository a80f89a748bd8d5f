"""What can go wrong, said in one sentence: what, where, and how to mend it.

Errors take data and build their own message; the command line prints that message without a traceback.
"""

from __future__ import annotations


class PaperhouseError(Exception):
    """Base of every error a user can mend; ``str(error)`` is the sentence to show."""
