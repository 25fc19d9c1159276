"""What is left of a removed page: a keyed hash of its address, by which it is known again and cannot be read.

One JSON file in ``tombstones/`` for each removal: when, the stated reason, and the hashes. The key is random, made by
the archive's first removal, and stands in each of its files: so two archives' hashes of one address differ, and a list
of addresses hashed beforehand opens nothing. Whoever has the archive itself can still ask whether it knows an address;
that is what a tombstone is for.

A file is written before anything is removed, with the places in the WARC that are to be overwritten, and is marked as
done after the last step: :mod:`storage.forget` does an unfinished removal again, which changes nothing twice.
"""

from __future__ import annotations

import datetime as dt
import hmac
import json
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from storage.errors import ArchiveError
from storage.places import Place
from storage.places import write as put
from storage.records import WarcPosition

FOLDER = "tombstones"
_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{12}")

Same = Callable[[str], str]
"""What is the same of all addresses of one page; :func:`pipelines.urls.identity` wherever Broadsheet runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """One removal: its name, when it was begun and done, why, the hashes of its pages' addresses.

    ``places`` are WARC records to be overwritten, empty once that is done; ``rows``, ``records`` and ``bytes`` what
    was removed then.
    """

    name: str
    at: dt.datetime
    key: str
    pages: frozenset[str]
    reason: str | None = None
    places: tuple[WarcPosition, ...] = ()
    done_at: dt.datetime | None = None
    rows: int = 0
    records: int = 0
    bytes: int = 0


class Tombstones:
    """All removals of an archive; asked of each address before its page is asked for, indexed or made again."""

    def __init__(self, stones: Iterable[Tombstone], same: Same) -> None:
        self.stones = tuple(stones)
        self._same = same
        pages: dict[bytes, set[str]] = {}
        for stone in self.stones:
            pages.setdefault(bytes.fromhex(stone.key), set()).update(stone.pages)
        self._pages = pages

    def __bool__(self) -> bool:
        return bool(self._pages)

    @property
    def open(self) -> tuple[Tombstone, ...]:
        """Removals that were begun and not ended."""
        return tuple(stone for stone in self.stones if stone.done_at is None)

    def holds(self, url: str | None) -> bool:
        """Whether the page at ``url`` was removed, under whatever of its addresses."""
        if not self._pages or not url:
            return False
        name = self._same(url).encode("utf-8", "replace")
        return any(_hash(key, name) in pages for key, pages in self._pages.items())

    def carve(self, urls: Iterable[str], *, reason: str | None, places: Sequence[WarcPosition]) -> Tombstone:
        """A new tombstone for these addresses, not written yet."""
        key = next((stone.key for stone in self.stones), None) or secrets.token_hex(32)
        secret = bytes.fromhex(key)
        now = dt.datetime.now(dt.UTC)
        return Tombstone(
            name=f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(6)}",
            at=now,
            key=key,
            pages=frozenset(_hash(secret, self._same(url).encode("utf-8", "replace")) for url in urls),
            reason=reason,
            places=tuple(places),
        )


def load(root: Place, same: Same) -> Tombstones:
    """The tombstones of the archive at ``root``.

    Raises:
        ArchiveError: one is damaged. Without it a removed page could come back, so nothing that writes may go on.
    """
    found = sorted(path for path in (root / FOLDER).glob("*.json") if _NAME.fullmatch(path.stem))
    return Tombstones((_read(path) for path in found), same)


def write(root: Place, stone: Tombstone) -> None:
    """Write ``stone``, in the place of an earlier state of it; whole and on the disk when this returns."""
    record = {
        "at": stone.at.isoformat(),
        "reason": stone.reason,
        "key": stone.key,
        "pages": sorted(stone.pages),
        "done_at": stone.done_at.isoformat() if stone.done_at is not None else None,
        "rows": stone.rows,
        "records": stone.records,
        "bytes": stone.bytes,
        "places": [[place.file, place.offset, place.length] for place in stone.places],
    }
    put(root / FOLDER / f"{stone.name}.json", json.dumps(record, ensure_ascii=False).encode())


def close(root: Place, stone: Tombstone, *, rows: int, records: int, size: int) -> Tombstone:
    """Mark ``stone`` as done, with what was removed in all, and write it."""
    done = replace(
        stone,
        done_at=dt.datetime.now(dt.UTC),
        places=(),
        rows=stone.rows + rows,
        records=stone.records + records,
        bytes=stone.bytes + size,
    )
    write(root, done)
    return done


def _read(path: Place) -> Tombstone:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        done = record["done_at"]
        return Tombstone(
            name=path.stem,
            at=dt.datetime.fromisoformat(record["at"]),
            key=bytes.fromhex(record["key"]).hex(),
            pages=frozenset(record["pages"]),
            reason=record["reason"],
            places=tuple(WarcPosition(file=file, offset=at, length=size) for file, at, size in record["places"]),
            done_at=dt.datetime.fromisoformat(done) if done is not None else None,
            rows=record["rows"],
            records=record["records"],
            bytes=record["bytes"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArchiveError(
            f"{path} cannot be read ({error}), and what it keeps out could come back; restore it from a backup"
        ) from error


def _hash(key: bytes, name: bytes) -> str:
    return hmac.digest(key, name, "sha256").hex()
