"""Which pages the archive has taken already, so that the same file, or a copy of its pages, adds nothing."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.states import key
from storage.archive import Archive

_COLUMNS = ("requested_url", "at", "payload_digest")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Seen:
    """Addresses, instants and digests of all pages that the archive has a record of: eight bytes for each."""

    def __init__(self, archive: Archive | None = None) -> None:
        self._new: set[int] = set()
        self._old: npt.NDArray[np.int64] = np.empty(0, np.int64)
        if archive is not None:
            recorded = pc.field("warc_file").is_valid() & (pc.field("kind") == "article")
            parts = [_hashes(batch) for batch in archive.captures().to_batches(_COLUMNS, recorded)]
            self._old = np.unique(np.concatenate(parts)) if parts else self._old

    def holds(self, url: str, at: dt.datetime, digest: str) -> bool:
        """Whether the page fetched from ``url`` at that instant is there: with that payload, or withheld."""
        micros = (at - _EPOCH) // dt.timedelta(microseconds=1)
        return any(self._has(hash((key(url), micros, one))) for one in (digest, None))

    def add(self, url: str, at: dt.datetime, digest: str | None) -> None:
        """Note a page that is taken; ``digest`` is None where it is withheld."""
        self._new.add(hash((key(url), (at - _EPOCH) // dt.timedelta(microseconds=1), digest)))

    def _has(self, hashed: int) -> bool:
        if hashed in self._new:
            return True
        place = int(np.searchsorted(self._old, hashed))
        return place < len(self._old) and int(self._old[place]) == hashed


def _hashes(rows: pa.RecordBatch) -> npt.NDArray[np.int64]:
    micros = rows["at"].cast(pa.int64()).to_pylist()
    names = zip(rows["requested_url"].to_pylist(), micros, rows["payload_digest"].to_pylist(), strict=True)
    return np.fromiter((hash((key(url), at, digest)) for url, at, digest in names), np.int64, rows.num_rows)
