"""A disk that loses what was not flushed: from a trace of file-system calls to what may be left after a power cut.

A file's bytes are safe once the file was flushed after its last write, a name once the folder that holds it was. All
else may or may not be on the disk when the power goes, each piece for itself: a new file without its bytes or with the
first half of them, a name that was moved at its new place, its old one, both or neither. File systems promise more
than that; what survives here survives on any of them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.faults.seccomp import WRITE_FLAGS

if TYPE_CHECKING:
    from random import Random

    from tests.faults.seccomp import Call

_WRITES: Final = frozenset({"write", "pwrite64", "writev", "pwritev", "pwritev2", "ftruncate", "truncate", "fallocate"})
_FLUSHES: Final = frozenset({"fsync", "fdatasync"})
_RENAMES: Final = frozenset({"rename", "renameat", "renameat2"})
_LINKS: Final = frozenset({"link", "linkat"})
_REMOVALS: Final = frozenset({"unlink", "unlinkat", "rmdir"})
_FOLDERS: Final = frozenset({"mkdir", "mkdirat"})
_SYMLINKS: Final = frozenset({"symlink", "symlinkat"})
_IGNORED: Final = frozenset({"chmod", "fchmod", "fchmodat", "fchmodat2", "utimensat", "utimes", "flock", "chown"})
"""They change neither bytes nor names."""


class UnknownCallError(Exception):
    """A call that the model does not know: what it changes would be missed."""


@dataclass
class Node:
    """A file, folder or symbolic link."""

    safe: bytes = b""
    """The bytes that are on the disk for sure."""
    is_dirty: bool = False
    target: str | None = None
    names: dict[str, Node] | None = None
    """What a folder holds as processes see it."""
    pending: list[tuple[str, Node | None]] = field(default_factory=list)
    """Changes of names since the folder was last flushed: a name and what it then meant."""
    safe_names: dict[str, Node] = field(default_factory=dict)


Image = dict[str, bytes | str | None]
"""What is on a disk by path: a file's bytes, a link's target, None for a folder."""


class Disk:
    """The part of a disk below one folder, as the calls of a trace leave it."""

    def __init__(self, root: Path, *, unsafe: str = "") -> None:
        """Take what is there as safe, but the bytes of files below the folder ``unsafe``."""
        self.root = root
        self._unsafe = root / unsafe if unsafe else None
        self._seen: dict[int, Node] = {}
        self.top = self._load(root)

    def apply(self, call: Call) -> None:
        """Follow a call that is about to be made."""
        paths = [self._shorten(path) for path in call.paths]
        if call.name in _WRITES:
            self._touch(paths[0])
        elif call.name in _FLUSHES:
            self._flush(paths[0])
        elif call.name.startswith(("open", "creat")):
            self._open(paths[0], call)
        elif call.name in _RENAMES:
            self._move(*paths)
        elif call.name in _LINKS:
            self._set(paths[1], self._find(paths[0]), keep=True)
        elif call.name in _REMOVALS:
            self._set(paths[0], None)
        elif call.name in _FOLDERS:
            self._set(paths[0], Node(names={}), keep=True)
        elif call.name in _SYMLINKS:
            self._set(paths[0], Node(target=""), keep=True)
        elif call.name not in _IGNORED:
            raise UnknownCallError(str(call))

    def list_unsafe(self, folder: str) -> list[str]:
        """List what a power cut could take of a folder: files with unflushed bytes, folders with unflushed names."""
        found: list[str] = []
        pending = [(folder, self._find(folder))]
        while pending:
            path, node = pending.pop()
            if node is None or node.is_dirty or node.pending:
                found.append(path)
            if node is not None and node.names:
                pending += [(f"{path}/{name}", child) for name, child in node.names.items()]
        return found

    def is_pending(self, folder: str) -> bool:
        """Tell whether a folder has names that are not flushed."""
        node = self._find(folder)
        return node is not None and bool(node.pending)

    def list_names(self) -> set[str]:
        """List all paths as processes see them."""
        found: set[str] = set()
        pending = [("", self.top)]
        while pending:
            path, node = pending.pop()
            for name, child in (node.names or {}).items():
                found.add(f"{path}{name}")
                pending.append((f"{path}{name}/", child))
        return found

    def draw_image(self, chance: Random, names: float, data: float) -> Image:
        """Draw what may be left: each unflushed change of a name, and of bytes, is there with this probability."""
        image: Image = {}
        self._draw(self.top, "", image, chance, (names, data))
        return image

    def _draw(self, node: Node, path: str, image: Image, chance: Random, odds: tuple[float, float]) -> None:
        found = dict(node.safe_names)
        for name, child in node.pending:
            if chance.random() < odds[0]:
                found.pop(name, None)
                if child is not None:
                    found[name] = child
        for name, child in found.items():
            place = f"{path}{name}"
            if child.names is not None:
                image[place] = None
                self._draw(child, f"{place}/", image, chance, odds)
            elif child.target is not None:
                image[place] = child.target
            else:
                image[place] = self._draw_bytes(child, place, chance, odds[1])

    def _draw_bytes(self, node: Node, place: str, chance: Random, odds: float) -> bytes:
        if not node.is_dirty or chance.random() >= odds:
            return node.safe
        try:
            seen = (self.root / place).read_bytes()
        except OSError:
            return node.safe
        return seen if chance.random() < odds else seen[: len(seen) // 2]

    def _load(self, path: Path) -> Node:
        stat = path.lstat()
        if stat.st_ino in self._seen:
            return self._seen[stat.st_ino]
        if path.is_symlink():
            return Node(target=os.readlink(path))  # noqa: PTH115 - as it is written
        if path.is_dir():
            names = {child.name: self._load(child) for child in path.iterdir()}
            return Node(names=names, safe_names=dict(names))
        is_unsafe = self._unsafe is not None and path.is_relative_to(self._unsafe)
        node = Node(is_dirty=True) if is_unsafe else Node(safe=path.read_bytes())
        self._seen[stat.st_ino] = node
        return node

    def _shorten(self, path: str) -> str:
        return os.path.relpath(path, self.root)

    def _find(self, path: str) -> Node | None:
        node: Node | None = self.top
        for part in Path(path).parts:
            node = (node.names or {}).get(part) if node else None
        return node

    def _set(self, path: str, node: Node | None, *, keep: bool = False) -> None:
        """Give a name a new meaning; with ``keep`` only if it has none yet, since the call would fail."""
        folder, name = self._find(str(Path(path).parent)), Path(path).name
        if not name or folder is None or folder.names is None or (keep and name in folder.names):
            return
        if node is None:
            folder.names.pop(name, None)
        else:
            folder.names[name] = node
        folder.pending.append((name, node))

    def _move(self, old: str, new: str) -> None:
        node = self._find(old)
        if node is not None and node.target is not None:
            node.target = os.readlink(self.root / old)  # noqa: PTH115 - as it is written
        self._set(old, None)
        self._set(new, node)

    def _open(self, path: str, call: Call) -> None:
        flags = call.arguments[1 if call.name == "open" else 2]
        if not flags & WRITE_FLAGS:
            return
        if flags & os.O_CREAT:
            self._set(path, Node(), keep=True)
        if flags & os.O_TRUNC:
            self._touch(path)

    def _touch(self, path: str) -> None:
        node = self._find(path)
        if node is not None:
            node.is_dirty = True

    def _flush(self, path: str) -> None:
        node = self._find(path)
        if node is None:
            return
        if node.names is not None:
            node.pending.clear()
            node.safe_names = dict(node.names)
        else:
            node.safe, node.is_dirty = (self.root / path).read_bytes(), False
