"""Object stores by URL: ``s3://bucket/prefix``, ``gs://``, ``az://``; and one sentence for whatever is wrong with one.

Credentials, region and endpoint come from the environment (``AWS_ACCESS_KEY_ID``, ``AWS_REGION``, ``AWS_ENDPOINT_URL``,
...) or from the machine's own role, as polars and Arrow take them too. ``file://`` is a path like any other.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from etl.errors import PaperhouseError, join_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from obstore import ObjectMeta
    from obstore.store import ObjectStore

SCHEMES: Final = ("s3", "s3a", "gs", "az", "azure", "abfs", "abfss")

_RETRY_SECONDS: Final = 30
_RETRIES: Final = 4
_LONGEST_REASON: Final = 300


class StoreUnknownError(PaperhouseError):
    """A URL of no store that paperhouse knows."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} names no store: write it as {', '.join(f'{name}://' for name in SCHEMES)}")


class StoreRefusedError(PaperhouseError):
    """A store that could not be reached, or did not do what it was asked."""

    def __init__(self, url: str, problem: str, mend: str) -> None:
        self.problem = problem
        super().__init__(f"{url}: {problem}; {mend}")


class Place(NamedTuple):
    """A place in a store: its bucket's URL, and the key below it."""

    bucket: str
    key: str

    @property
    def url(self) -> str:
        """The URL of the place."""
        return f"{self.bucket}/{self.key}".rstrip("/")

    def below(self, name: str) -> Place:
        """Find the place of that name below this one."""
        return Place(self.bucket, f"{self.key}/{name}".lstrip("/"))

    def open(self) -> ObjectStore:
        """Open the store; its objects are named by their keys in the bucket."""
        return _open_bucket(self.bucket)


def name_root(text: str) -> Path | Place:
    """Read how people name a file, a folder, or a place in a store.

    Errors: ``StoreUnknownError`` for a URL of another kind.

    >>> name_root("dumps/monday.txt").name, name_root("file:///dumps/monday.txt").name
    ('monday.txt', 'monday.txt')
    >>> name_root("s3://bucket/dumps/")
    Place(bucket='s3://bucket', key='dumps')
    """
    if "://" not in text:
        return Path(text)
    if text.lower().startswith("file://"):
        return Path(unquote(urlsplit(text).path))
    return find_place(text)


def find_place(url: str) -> Place:
    """Take a URL apart; it is taken as it stands, without escapes. Errors: ``StoreUnknownError``."""
    scheme, _, rest = url.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme.lower() not in SCHEMES or not bucket:
        raise StoreUnknownError(url)
    return Place(f"{scheme.lower()}://{bucket}", key.strip("/"))


def is_url(path: str) -> bool:
    """Tell whether a path of an input is a place in a store."""
    return "://" in path and path.partition("://")[0] in SCHEMES


def list_objects_below(place: Place) -> list[ObjectMeta]:
    """List what the store says of each object below a place. Errors: ``StoreRefusedError``."""
    import obstore  # noqa: PLC0415 - who works with files needs none of it

    with explain_store(place.url):
        return [meta for batch in obstore.list(place.open(), place.key or None) for meta in batch]


def read_object(place: Place) -> bytes | None:
    """Read a small object whole; None where there is none. Errors: ``StoreRefusedError``."""
    import obstore  # noqa: PLC0415 - who works with files needs none of it

    try:
        with explain_store(place.url):
            return bytes(obstore.get(place.open(), place.key).bytes())
    except FileNotFoundError:
        return None


def remove_object(place: Place) -> None:
    """Remove an object, if there is one. Errors: ``StoreRefusedError``."""
    import obstore  # noqa: PLC0415 - who works with files needs none of it

    with contextlib.suppress(FileNotFoundError), explain_store(place.url):
        obstore.delete(place.open(), place.key)


def is_there(place: Place) -> bool:
    """Tell whether there is an object. Errors: ``StoreRefusedError``."""
    import obstore  # noqa: PLC0415 - who works with files needs none of it

    try:
        with explain_store(place.url):
            obstore.head(place.open(), place.key)
    except FileNotFoundError:
        return False
    return True


@contextlib.contextmanager
def closing_pool(threads: int) -> Iterator[ThreadPoolExecutor]:
    """Give threads that wait for a store side by side; when the block fails, what has not begun never does."""
    pool = ThreadPoolExecutor(threads)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@functools.cache
def _open_bucket(bucket: str) -> ObjectStore:
    from obstore.store import from_url  # noqa: PLC0415 - who works with files needs none of it

    with explain_store(bucket):
        store: ObjectStore = from_url(
            bucket, retry_config={"max_retries": _RETRIES, "retry_timeout": dt.timedelta(seconds=_RETRY_SECONDS)}
        )
    return store


@contextlib.contextmanager
def explain_store(url: str) -> Iterator[None]:
    """Turn what a store refuses in the block into one sentence. Errors: ``StoreRefusedError``.

    That an object is not there, or is not the one that was expected, is left to the caller, as ``FileNotFoundError``,
    ``AlreadyExistsError`` and ``PreconditionError``.
    """
    from obstore import exceptions as faults  # noqa: PLC0415 - who works with files needs none of it

    try:
        yield
    except (faults.AlreadyExistsError, faults.PreconditionError):
        raise
    except (faults.BaseError, OSError) as error:
        if isinstance(error, FileNotFoundError) and not _is_of_bucket(error):
            raise
        named = "/".join(url.split("/")[:3]) if _is_of_bucket(error) else url
        raise StoreRefusedError(named, *_explain(error)) from error


def _is_of_bucket(error: Exception) -> bool:
    return any(word in str(error) for word in ("NoSuchBucket", "ContainerNotFound", "bucket does not exist"))


def _explain(error: Exception) -> tuple[str, str]:
    """Say what is wrong, and how to mend it."""
    from obstore import exceptions as faults  # noqa: PLC0415 - who works with files needs none of it

    text = str(error)
    if _is_of_bucket(error):
        return "there is no such bucket", "make it, or name another"
    if isinstance(error, faults.UnauthenticatedError) or "169.254." in text or "metadata." in text:
        return "there are no credentials for it", (
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or those of your cloud, in the environment"
        )
    if isinstance(error, faults.PermissionDeniedError):
        return "access is denied", "check the credentials, and that they may list, read and write there"
    if "error sending request" in text or "timed out" in text:
        return "the store cannot be reached", "check the network, and AWS_ENDPOINT_URL where you have set it"
    return (
        f"the store failed ({join_message(error).partition(' Debug source:')[0][:_LONGEST_REASON]})",
        "try again later",
    )
