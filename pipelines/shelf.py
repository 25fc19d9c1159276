"""A mapping of which only what was used last is in memory, so that a run over millions of URLs needs no more of it.

The rest is in a temporary database that SQLite keeps on the disk without a name: it is gone with the process, however
that ends, and nothing reads it but the process that wrote it.
"""

from __future__ import annotations

import logging
import pickle
import sqlite3
from collections import OrderedDict
from collections.abc import Iterator
from itertools import islice
from typing import Final, Generic, TypeVar

from storage.errors import ArchiveError

log = logging.getLogger(__name__)

KEPT: Final = 10_000
"""Records in memory, of 1 to 2 KB each: more than a run has under way at once."""
_SLICE: Final = 32
"""Records written in one go, in half a millisecond: the thread that fetches waits for it."""
_CACHE_KIB: Final = 1_024

Key = TypeVar("Key", str, int)
Value = TypeVar("Value")


class Shelf(Generic[Key, Value]):
    """Records by key. One that is changed in place must be among the last ``kept`` that were asked for or set.

    Where the temporary folder takes no more, all that comes later stays in memory, and the log says so once.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._recent: OrderedDict[Key, Value] = OrderedDict()
        self._file: sqlite3.Connection | None = None
        self._filed = 0

    def __len__(self) -> int:
        return len(self._recent) + self._filed

    def __contains__(self, key: Key) -> bool:
        return key in self._recent or self._stored(key) is not None

    def __setitem__(self, key: Key, value: Value) -> None:
        if key not in self._recent and self._stored(key) is not None:
            self._forget(key)
        self._hold(key, value)

    def get(self, key: Key) -> Value | None:
        """The record under ``key``, or None.

        Raises:
            ArchiveError: the temporary database cannot be read any more.
        """
        value = self._recent.get(key)
        if value is not None:
            self._recent.move_to_end(key)
            return value
        stored = self._stored(key)
        if stored is None:
            return None
        value = self._loaded(stored)
        self._forget(key)
        self._hold(key, value)
        return value

    def values(self) -> Iterator[Value]:
        """All records, in no order; those that are not in memory are made anew and stay where they are."""
        yield from list(self._recent.values())
        if self._file is not None:
            for (stored,) in self._file.execute("SELECT value FROM records"):
                yield self._loaded(stored)

    def _hold(self, key: Key, value: Value) -> None:
        self._recent[key] = value
        self._recent.move_to_end(key)
        if len(self._recent) >= self._kept + _SLICE:
            self._put_away()

    def _put_away(self) -> None:
        """Write those that were used longest ago to the file."""
        oldest = list(islice(self._recent.items(), _SLICE))
        try:
            if self._file is None:
                self._file = _database()
            with self._file:
                self._file.executemany(
                    "INSERT INTO records VALUES (?, ?)",
                    [(key, pickle.dumps(value, pickle.HIGHEST_PROTOCOL)) for key, value in oldest],
                )
        except sqlite3.Error as error:
            log.warning(
                "the temporary folder takes no more (%s); what the run learns of its URLs stays in memory, 2 KB each;"
                " set TMPDIR to a folder with room",
                error,
            )
            self._kept = 1 << 62
            return
        for key, _ in oldest:
            del self._recent[key]
        self._filed += len(oldest)

    def _stored(self, key: Key) -> bytes | None:
        if not self._filed or self._file is None:
            return None
        try:
            found = self._file.execute("SELECT value FROM records WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise ArchiveError(
                f"what the run had put away in the temporary folder cannot be read ({error}); start the run again, with"
                " TMPDIR set to a folder on a sound disk"
            ) from error
        return found[0] if found is not None else None

    def _forget(self, key: Key) -> None:
        if self._file is not None:
            with self._file:
                self._file.execute("DELETE FROM records WHERE key = ?", (key,))
            self._filed -= 1

    @staticmethod
    def _loaded(stored: bytes) -> Value:
        value: Value = pickle.loads(stored)
        return value


def _database() -> sqlite3.Connection:
    """An empty database in the temporary folder, without a name (sqlite.org/inmemorydb.html, "Temporary databases")."""
    file = sqlite3.connect("", check_same_thread=False)
    for pragma in ("journal_mode = MEMORY", "synchronous = OFF", f"cache_size = -{_CACHE_KIB}", "temp_store = FILE"):
        file.execute(f"PRAGMA {pragma}")
    file.execute("CREATE TABLE records (key PRIMARY KEY, value BLOB NOT NULL)")
    return file
