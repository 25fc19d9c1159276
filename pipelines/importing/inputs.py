"""The files of an import: found on the disk, on a web server or in a bucket, and read from front to end."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import importlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from pipelines.importing import download
from pipelines.importing.download import WEB, Download, InputError, shown
from storage.bucket import Bucket

if TYPE_CHECKING:
    from obstore.store import S3Store

Read = Callable[[int], bytes]
SUFFIXES: Final = (".warc", ".warc.gz", ".warc.zst", ".warc.zstd")
LISTS: Final = (".paths", ".paths.gz", ".txt", ".txt.gz")
_ENDS: Final = 64 * 1024
_LIST_BYTES: Final = 64 * 1024 * 1024
_S3: Final = "s3://"


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
        """The last part of its address, as it may be shown."""
        return re.split(r"[/\\]", self.shown.rstrip("/"))[-1]

    @property
    def shown(self) -> str:
        """Its address without what may be secret: logs, tables and messages get no other."""
        return shown(self.address)


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
    # A signed address has its name before the query, some other addresses in it.
    kind = shown(word) if shown(word).endswith((*SUFFIXES, *LISTS)) else word
    if kind.endswith(LISTS):
        return [_against(word, line) for line in _lines(word, agent)]
    if word.startswith(WEB):
        if not kind.endswith(SUFFIXES):
            raise InputError(
                f"{shown(word)}: a web server lists no files; write the address of one (….warc.gz) or of a list "
                "(….paths.gz)"
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
    if base.startswith(WEB):
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
        raise InputError(f"{shown(address)} is no list of addresses: {error}") from None
    return [line for line in lines if line and not line.startswith("#")]


def described(address: str, *, agent: str) -> Input:
    """The file at ``address``. Raises InputError where there is none."""
    if address.startswith(WEB):
        size, told = download.described(address, agent=agent)
        length = "" if size is None else str(size)
        return Input(address=address, size=size, identity=_hash(address, length, *told))
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
    if file.address.startswith(WEB):
        with contextlib.closing(Download(file.address, file.size, agent)) as transfer:
            yield transfer.read
    elif file.address.startswith(_S3):
        yield _bucket_reader(file)
    else:
        try:
            with Path(file.address).open("rb", buffering=0) as local:
                yield lambda size: local.read(size) or b""
        except OSError as error:
            raise InputError(f"{file.address} cannot be read: {error.strerror or error}") from error


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
