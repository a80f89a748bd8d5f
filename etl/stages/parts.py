"""Parts: the files of a published table, each a range of its keys.

A part that keeps its rows is linked into the next release, so parts are small where a new dump touches many: the ids of
its papers are hashes and lie anywhere, while its listings lie side by side. They are not smaller still, since each file
costs whoever writes or reads it a part of a millisecond.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from etl.stages.runs import LISTING_BYTES, MAX_BUCKETS, Bucket

if TYPE_CHECKING:
    from etl.stages.receipt import Receipt

PART_BYTES: Final = 1 << 20
"""Dumps whose papers make one part, which is a third of their size."""

MAX_PARTS: Final = MAX_BUCKETS

_COARSER: Final = {"papers": 1, "aliases": 4, "listings": 4, "links": 8}
_COARSEST: Final = 16
"""How many times fewer parts a table has than papers: less is in them."""


class Parts(NamedTuple):
    """How tables are cut: into so many buckets, on each of which a task works, and into so many parts of papers."""

    buckets: int
    finest: int

    def count(self, table: str) -> int:
        """Count the parts of a table: a power of two, at least one for each bucket.

        >>> [Parts(32, 1024).count(table) for table in ("papers", "links", "merges")]
        [1024, 128, 64]
        """
        return max(self.buckets, self.finest // _COARSER.get(table, _COARSEST))

    def list_numbers(self, table: str, bucket: Bucket) -> range:
        """List the numbers of the parts that lie in a bucket.

        >>> Parts(4, 16).list_numbers("papers", Bucket(1, 4))
        range(4, 8)
        """
        count = self.count(table)
        return range(bucket.number * count // bucket.of, (bucket.number + 1) * count // bucket.of)

    def is_like(self, other: Parts) -> bool:
        """Tell whether these may stand where others would be chosen: a set that grows is cut anew now and then.

        >>> [Parts(1, 64).is_like(Parts(1, finest)) for finest in (16, 256, 512)]
        [True, True, False]
        """
        return all(one <= _LIKE * two and two <= _LIKE * one for one, two in zip(self, other, strict=True))


_LIKE: Final = 4

WHOLE_TABLE: Final = Parts(1, 1)


def choose_parts(buckets: int, dump_bytes: int, listings: int) -> Parts:
    """Choose how to cut the tables of dumps of so many bytes with so many listings.

    >>> [choose_parts(buckets, size, 0).finest for buckets, size in ((1, 1_000), (32, 1 << 30), (512, 1 << 40))]
    [1, 1024, 4096]
    """
    wanted = -(-max(dump_bytes, LISTING_BYTES * listings) // PART_BYTES)
    return Parts(buckets, max(buckets, min(1 << max(wanted - 1, 0).bit_length(), MAX_PARTS)))


def read_parts(receipt: Receipt) -> Parts:
    """Read from a receipt of extract or resolve how the tables are cut; an amended result is cut as the one before."""
    return Parts(int(receipt.metrics["buckets"]), int(receipt.metrics["finest"]))
