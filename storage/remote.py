"""A folder on S3, used like one on the disk: the part of ``pathlib.Path`` that the archive needs, over objects.

Folders are only the fronts of names. An object appears whole or not at all, and a reply means that it is durable, so
nothing here has to be synced. :meth:`Remote.create` and :meth:`Remote.swap` are conditional writes: of several writers
one wins. A lost reply can make a write that was done look as one that failed; whoever writes conditionally has to look.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, Literal

from storage.bucket import SCHEME, Bucket, line
from storage.errors import ArchiveError
from storage.ranges import buffered

if TYPE_CHECKING:
    from obstore.store import S3Store

PROBE = ".probe-"
"""Objects of a name that begins so are no part of an archive: :func:`conditional` is at work, or was killed."""


class Changed(OSError):
    """A conditional write found another version of the object than it was to replace, or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What an object held at one moment: its bytes, that version's tag, and when the server says it was written."""

    data: bytes
    tag: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat:
    """As far as callers of ``Path.stat`` look: bytes, and seconds since 1970 of the last write."""

    st_size: int
    st_mtime: float
    st_mode: int = stat.S_IFREG


class Remote:
    """One name in a bucket, which may be an object's or a folder's.

    Where ``twin`` is given, a local folder that holds what is not uploaded yet, reading looks there first.
    Whatever fails raises ``OSError``, as a local file system would.
    """

    def __init__(self, bucket: Bucket, key: str = "", *, twin: Path | None = None, quick: bool = False) -> None:
        self.bucket = bucket
        self.key = key.strip("/")
        self.twin = twin
        self._quick = quick

    def _at(self, key: str) -> Remote:
        return Remote(self.bucket, key, quick=self._quick)

    @property
    def _store(self) -> S3Store:
        return self.bucket.quick if self._quick else self.bucket.store

    def quick(self) -> Remote:
        """The same name, asked for with little patience."""
        return Remote(self.bucket, self.key, quick=True)

    def with_twin(self, twin: Path) -> Remote:
        """The same name, with a local folder to look into first."""
        return Remote(self.bucket, self.key, twin=twin, quick=self._quick)

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket.name}/{self.key}".rstrip("/")

    def __repr__(self) -> str:
        return f"Remote({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remote) and (self.bucket.name, self.key) == (other.bucket.name, other.key)

    def __hash__(self) -> int:
        return hash((self.bucket.name, self.key))

    def __lt__(self, other: Remote) -> bool:
        return self.key < other.key

    def __truediv__(self, name: str | PurePosixPath) -> Remote:
        below = self._at(f"{self.key}/{name}")
        below.twin = self.twin / name if self.twin is not None else None
        return below

    @property
    def name(self) -> str:
        """The last part of the name."""
        return self.key.rpartition("/")[2]

    @property
    def stem(self) -> str:
        """The last part without its suffix."""
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        """The suffix of the last part, with its dot."""
        return PurePosixPath(self.name).suffix

    @property
    def parent(self) -> Remote:
        """The folder that it stands in."""
        return self._at(self.key.rpartition("/")[0])

    def with_name(self, name: str) -> Remote:
        """Another name in the same folder."""
        return self.parent / name

    def relative_to(self, other: Remote) -> PurePosixPath:
        """The rest of the name below ``other``."""
        return PurePosixPath(self.key).relative_to(other.key)

    def resolve(self) -> Remote:
        """Itself: there are no links."""
        return self

    def mkdir(self, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        """Nothing: folders are only the fronts of names."""

    def open(self, mode: Literal["rb"] = "rb") -> BinaryIO:
        """The object, to be read and sought in; only what is read is fetched."""
        if self.twin is not None:
            with contextlib.suppress(FileNotFoundError, IsADirectoryError):
                return self.twin.open(mode)
        return buffered(self.range, self.stat().st_size)

    def read_bytes(self) -> bytes:
        """All of the object."""
        if self.twin is not None and self.twin.is_file():
            with contextlib.suppress(FileNotFoundError):
                return self.twin.read_bytes()
        return self.version().data

    def read_text(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """All of the object as text."""
        return self.read_bytes().decode(encoding, errors)

    def range(self, start: int, length: int) -> bytes:
        """``length`` bytes of the object from ``start`` on."""
        import obstore

        with self._told():
            return bytes(obstore.get_range(self._store, self.key, start=start, length=length))

    def version(self) -> Version:
        """What the object holds now, with the tag for :meth:`swap`."""
        import obstore

        with self._told():
            found = obstore.get(self._store, self.key)
            return Version(data=bytes(found.bytes()), tag=found.meta["e_tag"] or "", at=found.meta["last_modified"])

    def stat(self) -> Stat:
        """Size and age of the object. Raises FileNotFoundError where there is none, also for a folder."""
        import obstore

        if self.twin is not None and self.twin.is_file():
            with contextlib.suppress(FileNotFoundError):
                found = self.twin.stat()
                return Stat(st_size=found.st_size, st_mtime=found.st_mtime)
        with self._told():
            meta = obstore.head(self._store, self.key)
        return Stat(st_size=meta["size"], st_mtime=meta["last_modified"].timestamp())

    def is_file(self) -> bool:
        """Whether there is an object of that name."""
        try:
            self.stat()
        except FileNotFoundError:
            return False
        return True

    def is_dir(self) -> bool:
        """Whether any object lies below that name."""
        return next(self._keys(), None) is not None

    def exists(self) -> bool:
        """Whether there is an object of that name or below it."""
        return self.is_file() or self.is_dir()

    def iterdir(self) -> Iterator[Remote]:
        """What stands in the folder: objects and folders."""
        import obstore

        with self._told():
            listed = obstore.list_with_delimiter(self._store, self.key or None)
        for key in (*listed["common_prefixes"], *(meta["path"] for meta in listed["objects"])):
            yield self._at(key)

    def glob(self, pattern: str) -> Iterator[Remote]:
        """Names below the folder, a part of the pattern for each part of the name; twins' among them."""
        if "/" not in pattern:
            yield from (found for found in self.iterdir() if PurePosixPath(found.name).match(pattern))
            return
        depth = pattern.count("/") + 1
        names = {PurePosixPath(key).relative_to(self.key) for key in self._keys()}
        if self.twin is not None:
            names |= {PurePosixPath(path.relative_to(self.twin).as_posix()) for path in self.twin.glob(pattern)}
        yield from (self / name for name in sorted(names) if len(name.parts) == depth and name.match(pattern))

    def rglob(self, pattern: str) -> Iterator[Remote]:
        """Objects anywhere below the folder whose last part fits the pattern."""
        yield from (self._at(key) for key in self._keys() if PurePosixPath(key).match(pattern))

    def _keys(self) -> Iterator[str]:
        import obstore

        with self._told():
            for chunk in obstore.list(self._store, f"{self.key}/" if self.key else None):
                yield from (meta["path"] for meta in chunk)

    def write_bytes(self, data: bytes) -> str:
        """Write the object, over whatever is there; the tag of what was written."""
        import obstore

        with self._told():
            return obstore.put(self._store, self.key, data)["e_tag"] or ""

    def write_text(self, text: str, encoding: str = "utf-8") -> None:
        """Write the object as text."""
        self.write_bytes(text.encode(encoding))

    def upload(self, path: Path) -> None:
        """Write the object from a local file, in parts where it is large, and see that all of it is there."""
        import obstore

        with self._told():
            obstore.put(self._store, self.key, path)
        size, there = path.stat().st_size, self._at(self.key).stat().st_size
        if there != size:
            raise OSError(f"{self} has {there} bytes after the upload of {size}")

    def create(self, data: bytes) -> str:
        """Write the object where there is none; its tag. Raises FileExistsError where there is one."""
        import obstore

        with self._told():
            return obstore.put(self._store, self.key, data, mode="create")["e_tag"] or ""

    def swap(self, data: bytes, *, tag: str) -> str:
        """Write the object over the version of that tag; the new tag. Raises Changed where another version is there."""
        import obstore

        with self._told():
            return obstore.put(self._store, self.key, data, mode={"e_tag": tag})["e_tag"] or ""

    def unlink(self, missing_ok: bool = False) -> None:
        """Remove the object; S3 does not tell whether there was one."""
        import obstore

        if not missing_ok and not self.is_file():
            raise FileNotFoundError(f"{self} is not there")
        with self._told():
            obstore.delete(self._store, self.key)

    def rename(self, target: Remote) -> Remote:
        """Move the object: it is copied, then removed, so that a kill between the two leaves both."""
        import obstore

        with self._told():
            obstore.copy(self._store, self.key, target.key)
            obstore.delete(self._store, self.key)
        return target

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the client raises into an OSError that says which object it is about."""
        from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError

        try:
            yield
        except FileNotFoundError:
            raise FileNotFoundError(f"{self} is not there") from None
        except AlreadyExistsError:
            raise FileExistsError(f"{self} is there already") from None
        except PreconditionError:
            raise Changed(f"{self} was changed by somebody else") from None
        except BaseError as error:
            raise OSError(f"{self}: {line(error)}") from error


def conditional(folder: Remote) -> None:
    """Raise ArchiveError where the store at ``folder`` lets two writers both write a name for the first time.

    Stores that know no conditional writes ignore the condition, and locks and commits would silently not hold.
    """
    probe = folder / f"{PROBE}{os.urandom(8).hex()}"
    probe.write_bytes(b"")
    try:
        probe.create(b"")
    except FileExistsError:
        return
    finally:
        probe.unlink(missing_ok=True)
    raise ArchiveError(
        f"{folder}: this store takes no conditional writes (If-None-Match), which keep two writers apart; use another"
    )
