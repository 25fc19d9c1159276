"""Which pages the archive has taken already, so that the same file, or a copy of its pages, adds nothing."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.sieve import index
from pipelines.sites import Sites
from pipelines.states import key
from storage.archive import Archive

_COLUMNS = ("requested_url", "at", "payload_digest")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LATEST: Final = 100_000
"""Pages noted last that are held as Python's own numbers, some 100 bytes each; the others take eight."""


class Seen:
    """Addresses, instants and digests of all pages that the archive has a record of: eight bytes for each.

    With ``sites`` only those of these sites' pages. ``noted`` is how many were added, kept or not.
    """

    def __init__(self, archive: Archive | None = None, sites: Sites | None = None) -> None:
        self.noted = 0
        self._new: set[int] = set()
        self._noted: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._old: npt.NDArray[np.int64] = np.empty(0, np.int64)
        if archive is not None:
            recorded = pc.field("warc_file").is_valid() & (pc.field("kind") == "article")
            parts = [_hashes(batch, sites) for batch in archive.captures().to_batches(_COLUMNS, recorded)]
            self._old = np.unique(np.concatenate(parts)) if parts else self._old

    def holds(self, url: str, at: dt.datetime, digest: str) -> bool:
        """Whether the page fetched from ``url`` at that instant is there: with that payload, or withheld."""
        micros = (at - _EPOCH) // dt.timedelta(microseconds=1)
        return any(self._has(hash((key(url), micros, one))) for one in (digest, None))

    def add(self, url: str, at: dt.datetime, digest: str | None) -> None:
        """Note a page that is taken; ``digest`` is None where it is withheld."""
        self.noted += 1
        self._new.add(hash((key(url), (at - _EPOCH) // dt.timedelta(microseconds=1), digest)))
        if len(self._new) >= _LATEST:
            self._noted = np.union1d(self._noted, np.fromiter(self._new, np.int64, len(self._new)))
            self._new.clear()

    def _has(self, hashed: int) -> bool:
        return hashed in self._new or any(index(old, hashed) is not None for old in (self._noted, self._old))


def _hashes(rows: pa.RecordBatch, sites: Sites | None) -> npt.NDArray[np.int64]:
    if sites is not None:
        rows = rows.filter(pa.array(sites.own(rows["requested_url"])))
    micros = rows["at"].cast(pa.int64()).to_pylist()
    names = zip(rows["requested_url"].to_pylist(), micros, rows["payload_digest"].to_pylist(), strict=True)
    return np.fromiter((hash((key(url), at, digest)) for url, at, digest in names), np.int64, rows.num_rows)
