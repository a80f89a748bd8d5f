"""Running work in a child that may die at any of its file-system calls, and telling what came of it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NoReturn

from etl.errors import PaperhouseError
from tests.faults.seccomp import Call, answer_call, install_filter, receive_call

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Answer = dict[str, str]
    Decide = Callable[[Call, int], int]

HANG_SECONDS: Final = 120
"""A child that neither asks nor answers for so long counts as hung; none should ever come near."""

KILL: Final = -1
"""Instead of an error number: the process dies before the call is made."""


@dataclass
class Outcome:
    """What became of the work: what it said, and which of its calls touched the folder that is watched."""

    answer: dict[str, str] | None = None
    calls: list[Call] = field(default_factory=list)
    faulted: Call | None = None
    is_hung: bool = False


def run_child(
    work: Callable[[], Answer], root: Path, decide: Decide | None = None, *, scope: str = "opening"
) -> Outcome:
    """Run work in a forked child and wait for its end; polars must not have run before, or must not run in the work.

    ``decide`` is asked about each call of the scope on a path below ``root``, and told how many there were before; it
    gives 0, an error number or :data:`KILL`. Without it the child is not watched.
    """
    ours, its = socket.socketpair()
    child = os.fork()
    if child == 0:
        ours.close()
        _work(work, its, scope if decide else None)
    its.close()
    with ours:
        outcome = _follow(child, ours, decide, str(root))
    os.waitpid(child, 0)
    return outcome


def _work(work: Callable[[], Answer], its: socket.socket, scope: str | None) -> NoReturn:
    try:
        if scope:
            listener = install_filter(scope)
            socket.send_fds(its, [b"ready"], [listener])
            os.close(listener)
            its.recv(1)
        answer = work()
    except PaperhouseError as error:
        answer = {"error": str(error), "kind": type(error).__name__}
    except BaseException as error:  # noqa: BLE001 - what nobody explains is what is looked for
        answer = {"surprise": repr(error)}
    with contextlib.suppress(BrokenPipeError):
        its.send(json.dumps(answer).encode())
    os._exit(0)


def _follow(child: int, ours: socket.socket, decide: Decide | None, root: str) -> Outcome:
    """Answer a child's calls until it has said how it ended, or is dead."""
    outcome = Outcome()
    listeners = [_meet(ours)] if decide else []
    try:
        while True:
            ready, _, _ = select.select([ours, *listeners], [], [], HANG_SECONDS)
            if not ready:
                outcome.is_hung = True
                os.kill(child, signal.SIGKILL)
                return outcome
            if ours in ready:
                said = ours.recv(1 << 16)
                outcome.answer = json.loads(said) if said else None
                return outcome
            if decide:
                _answer(child, listeners[0], decide, root, outcome)
    finally:
        for listener in listeners:
            os.close(listener)


def _meet(ours: socket.socket) -> int:
    _, listeners, _, _ = socket.recv_fds(ours, 16, 1)
    ours.send(b"!")
    return listeners[0]


def _answer(child: int, listener: int, decide: Decide, root: str, outcome: Outcome) -> None:
    call = receive_call(listener)
    if call is None:
        return
    fault = 0
    if any(path.startswith(root) for path in call.paths):
        fault = decide(call, len(outcome.calls))
        outcome.calls.append(call)
    if fault:
        outcome.faulted = call
    if fault == KILL:
        os.kill(child, signal.SIGKILL)
    else:
        answer_call(listener, call, fault)
