"""Where an archive lies: a folder of this machine, or a prefix of a bucket on S3.

A :data:`Place` is a ``pathlib.Path`` or a :class:`~storage.remote.Remote`, which offers what of it the archive uses.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import uuid
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias
from urllib.parse import urlsplit

from storage.bucket import SCHEME, Bucket
from storage.errors import ArchiveError
from storage.remote import Remote

Place: TypeAlias = Path | Remote
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_PREFIX = re.compile(r"[A-Za-z0-9._=-]+(/[A-Za-z0-9._=-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Address:
    """A prefix of a bucket; the archive's names begin with it."""

    bucket: str
    prefix: str

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.prefix}"


Address: TypeAlias = Path | S3Address
Where: TypeAlias = str | Address | Remote


def address(text: str) -> Address:
    """The place that ``text`` names: ``s3://bucket/prefix``, or a path.

    Raises ``ValueError`` with a sentence where it is neither.
    """
    if "://" not in text:
        if not text.strip() or "\0" in text:
            raise ValueError(f"{text!r} is not a folder")
        return Path(text)
    if not text.startswith(SCHEME):
        raise ValueError(f"{text.partition('://')[0]}: is not a place for an archive")
    parts = urlsplit(text)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("credentials and options do not belong into an address; they come from the environment")
    prefix = parts.path.strip("/")
    if not _BUCKET.fullmatch(parts.netloc):
        raise ValueError(f"{parts.netloc!r} is not a bucket's name")
    if not _PREFIX.fullmatch(prefix) or {".", ".."} & set(prefix.split("/")):
        raise ValueError("the address needs a prefix of letters, digits, dots, dashes and underscores")
    return S3Address(bucket=parts.netloc, prefix=prefix)


def place(where: Where, *, spool: Path | None = None) -> Place:
    """The place at ``where``. Of an archive on S3, ``spool`` is the local folder for what is not uploaded yet.

    Raises ``ValueError`` as :func:`address` does, and ArchiveError where the extra [s3] is not installed.
    """
    found = address(where) if isinstance(where, str) else where
    if not isinstance(found, S3Address):
        return found
    try:
        importlib.import_module("obstore")
    except ImportError:
        raise ArchiveError(
            "an archive on S3 needs the extra [s3]; install it with: pip install 'broadsheet[s3]'"
        ) from None
    return Remote(Bucket(found.bucket, spool=spool or default_spool(found)), found.prefix)


def default_spool(where: S3Address) -> Path:
    """The user's folder for an archive's spool, another for each archive; survives a restart of the machine.

    Raises ArchiveError where no home is known.
    """
    endpoint = Bucket(where.bucket).endpoint
    try:
        state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    except RuntimeError:
        raise ArchiveError(
            f"no home is known for the spool of {where}; set XDG_STATE_HOME, or write [archive] spool"
        ) from None
    key = hashlib.sha256(f"{endpoint or ''} {where}".encode()).hexdigest()[:16]
    return Path(state) / "broadsheet" / "spool" / f"{where.bucket}-{key}"


def below(path: Place, root: Place) -> PurePosixPath:
    """The name of ``path`` from ``root`` on. Raises ``ValueError`` where it does not stand below it."""
    if isinstance(path, Remote) and isinstance(root, Remote):
        return path.relative_to(root)
    return PurePosixPath(Path(str(path)).relative_to(str(root)).as_posix())


def write(path: Place, data: bytes) -> None:
    """Write a file whole or not at all, over whatever is there; on the disk, or in the store, when this returns."""
    if isinstance(path, Remote):
        path.write_bytes(data)
        return
    new = not path.parent.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync(path.parent)
    if new:
        sync(path.parent.parent)


def write_new(path: Place, data: bytes) -> None:
    """Write a file whole where there is none; on the disk, or in the store, when this returns.

    ``data`` is like no other's, for that is how a write whose reply was lost is known as ours.
    Raises FileExistsError where somebody else wrote the name before.
    """
    if isinstance(path, Remote):
        try:
            path.create(data)
        except OSError:
            if not path.is_file() or path.read_bytes() != data:
                raise
        return
    temporary = path.with_name(f"_{uuid.uuid4()}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    sync(path.parent)


def sync(path: Place) -> None:
    """fsync one file or folder; what a store has taken is durable."""
    if isinstance(path, Remote):
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def options(folder: Place) -> dict[str, str] | None:
    """What delta-rs has to be told to open a table at ``folder``; None where it lies on the disk."""
    return folder.bucket.options if isinstance(folder, Remote) else None


def fence(folder: Place) -> None:
    """See that this process still holds what it locked in the archive of ``folder``; to be called before each commit.

    On a local file system the kernel sees to it. Raises :class:`~storage.errors.LeaseLost`.
    """
    if isinstance(folder, Remote) and folder.bucket.guard is not None:
        folder.bucket.guard.check()
