"""The files of an import: found on the disk, on a web server or in a bucket, and read from front to end."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import importlib
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from storage.bucket import Bucket
from storage.errors import ArchiveError

if TYPE_CHECKING:
    from obstore.store import S3Store

Read = Callable[[int], bytes]
SUFFIXES: Final = (".warc", ".warc.gz", ".warc.zst", ".warc.zstd")
LISTS: Final = (".paths", ".paths.gz", ".txt", ".txt.gz")
_ENDS: Final = 64 * 1024
_LIST_BYTES: Final = 64 * 1024 * 1024
_TIMEOUT: Final = 60.0
# How often a transfer that breaks off is taken up again without a byte in between, and the first wait in seconds.
_TRIES: Final = 5
_WAIT: Final = 1.0
_WEB: Final = ("http://", "https://")
_S3: Final = "s3://"


class InputError(ArchiveError):
    """A file cannot be found or read; the message says which, why, and what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One file to import. ``size`` is in bytes, None where the server does not tell.

    ``identity`` is the same for the same file: a hash of its size and both its ends, or of what its server says of it.
    """

    address: str
    size: int | None
    identity: str

    @property
    def name(self) -> str:
        """The last part of its address."""
        return re.split(r"[/\\]", self.address.rstrip("/"))[-1]


def expand(words: Iterable[str], *, agent: str) -> list[str]:
    """The addresses of the files that ``words`` name, each once and in their order.

    A word is a file, a folder, a pattern, an address, a prefix in a bucket, or a list of addresses (``warc.paths.gz``);
    ``agent`` is what web servers are told. Raises InputError.
    """
    found: dict[str, None] = {}
    for word in words:
        found.update(dict.fromkeys(_expanded(word, agent)))
    return list(found)


def _expanded(word: str, agent: str) -> list[str]:
    if word == "-":
        raise InputError("standard input cannot be read again after a kill; save it to a file and name that")
    if word.endswith(LISTS):
        return [_against(word, line) for line in _lines(word, agent)]
    if word.startswith(_WEB):
        if not word.endswith(SUFFIXES):
            raise InputError(
                f"{word}: a web server lists no files; write the address of one (….warc.gz) or of a list (….paths.gz)"
            )
        return [word]
    if word.startswith(_S3):
        return [word] if word.endswith(SUFFIXES) else _in_bucket(word)
    path = Path(word)
    if path.is_dir():
        files = sorted(str(file) for file in path.rglob("*") if file.name.endswith(SUFFIXES) and file.is_file())
        if not files:
            raise InputError(f"{word} holds no file that ends with {', '.join(SUFFIXES)}; name the files themselves")
        return files
    if path.exists():
        return [word]
    matches = sorted(str(file) for file in Path(path.anchor or ".").glob(str(path.relative_to(path.anchor))))
    if not matches:
        raise InputError(f"{word} is not there; name a WARC file, a folder of them, an address or a list of addresses")
    return matches


def _against(base: str, line: str) -> str:
    """An address of a list: those of Common Crawl count from the server's root, or the bucket's."""
    if "://" in line:
        return line
    if base.startswith(_WEB):
        return urljoin(base, f"/{line.lstrip('/')}")
    if base.startswith(_S3):
        return f"{_S3}{base.removeprefix(_S3).partition('/')[0]}/{line.lstrip('/')}"
    return str(Path(base).parent / line)


def _lines(address: str, agent: str) -> list[str]:
    with opened(described(address, agent=agent), agent=agent) as read:
        parts = list(iter(lambda: read(1 << 20), b""))
    data = b"".join(parts)
    try:
        text = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
        lines = [line.strip() for line in text.decode().splitlines()]
    except (OSError, EOFError, ValueError) as error:
        raise InputError(f"{address} is no list of addresses: {error}") from None
    return [line for line in lines if line and not line.startswith("#")]


def described(address: str, *, agent: str) -> Input:
    """The file at ``address``. Raises InputError where there is none."""
    if address.startswith(_WEB):
        with _asked(address, agent, method="HEAD") as answer:
            length = answer.headers.get("Content-Length") or ""
            told = [answer.headers.get(name) or "" for name in ("ETag", "Last-Modified")]
        return Input(address=address, size=int(length) if length else None, identity=_hash(address, length, *told))
    if address.startswith(_S3):
        store, key = _store(address)
        try:
            meta = importlib.import_module("obstore").head(store, key)
        except Exception as error:
            raise InputError(f"{address} cannot be read: {error!s:.200}") from error
        return Input(address=address, size=meta["size"], identity=_hash(address, str(meta["size"]), str(meta["e_tag"])))
    try:
        with Path(address).open("rb") as file:
            ends = [file.read(_ENDS)]
            size = file.seek(0, 2)
            file.seek(max(size - _ENDS, 0))
            ends.append(file.read(_ENDS))
    except OSError as error:
        raise InputError(f"{address} cannot be read: {error.strerror or error}") from error
    return Input(address=address, size=size, identity=_hash(str(size), *(end.hex() for end in ends)))


@contextlib.contextmanager
def opened(file: Input, *, agent: str) -> Iterator[Read]:
    """Read a file from front to end: a function that returns at most so many bytes, ``b""`` at the end.

    It raises InputError where the file cannot be read to its end.
    """
    if file.address.startswith(_WEB):
        with contextlib.closing(_Download(file, agent)) as download:
            yield download.read
    elif file.address.startswith(_S3):
        yield _bucket_reader(file)
    else:
        try:
            with Path(file.address).open("rb", buffering=0) as local:
                yield lambda size: local.read(size) or b""
        except OSError as error:
            raise InputError(f"{file.address} cannot be read: {error.strerror or error}") from error


class _Download:
    """A transfer that is taken up again where it breaks off."""

    def __init__(self, file: Input, agent: str) -> None:
        self._file = file
        self._agent = agent
        self._offset = 0
        self._answer = self._ask()

    def read(self, size: int) -> bytes:
        for attempt in range(_TRIES):
            try:
                data = self._answer.read(size)
                if not data and self._file.size is not None and self._offset < self._file.size:
                    raise HTTPException(f"it ended after {self._offset} of {self._file.size} bytes")
            except (OSError, HTTPException) as error:
                if attempt == _TRIES - 1:
                    raise InputError(f"{self._file.address} cannot be read to its end: {error}") from error
                time.sleep(_WAIT * 2**attempt)
                self._answer.close()
                self._answer = self._ask()
            else:
                self._offset += len(data)
                return data
        return b""

    def close(self) -> None:
        self._answer.close()

    def _ask(self) -> HTTPResponse:
        answer = _asked(self._file.address, self._agent, offset=self._offset)
        if self._offset and answer.status != 206:
            answer.close()
            raise InputError(f"{self._file.address} broke off, and its server sends no part of it; save it to a file")
        return answer


def _asked(address: str, agent: str, *, method: str = "GET", offset: int = 0) -> HTTPResponse:
    headers = {"User-Agent": agent, "Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
    request = urllib.request.Request(address, method=method, headers=headers)
    try:
        answer: HTTPResponse = urllib.request.urlopen(request, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        raise InputError(f"{address} cannot be read: the server answers {error.code} {error.reason}") from None
    except (OSError, HTTPException, ValueError) as error:
        raise InputError(f"{address} cannot be read: {getattr(error, 'reason', error)}") from error
    return answer


def _store(address: str) -> tuple[S3Store, str]:
    try:
        importlib.import_module("obstore")
    except ImportError:
        raise InputError("files on S3 need the extra [s3]; install it with: pip install 'broadsheet[s3]'") from None
    bucket, _, key = address.removeprefix(_S3).partition("/")
    return Bucket(bucket).store, key


def _in_bucket(address: str) -> list[str]:
    store, prefix = _store(address)
    bucket = address.removeprefix(_S3).partition("/")[0]
    try:
        keys = [meta["path"] for part in importlib.import_module("obstore").list(store, prefix) for meta in part]
    except Exception as error:
        raise InputError(f"{address} cannot be listed: {error!s:.200}") from error
    found = sorted(f"{_S3}{bucket}/{key}" for key in keys if key.endswith(SUFFIXES))
    if not found:
        raise InputError(f"{address} holds no file that ends with {', '.join(SUFFIXES)}; write another prefix")
    return found


def _bucket_reader(file: Input) -> Read:
    store, key = _store(file.address)
    fetch = importlib.import_module("obstore").get_range
    place = 0

    def read(size: int) -> bytes:
        nonlocal place
        left = min(max(size, 8 << 20), (file.size or 0) - place)
        if left <= 0:
            return b""
        try:
            data = bytes(fetch(store, key, start=place, length=left))
        except Exception as error:
            raise InputError(f"{file.address} cannot be read to its end: {error!s:.200}") from error
        place += len(data)
        return data

    return read


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
