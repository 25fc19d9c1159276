"""The local folder that takes an archive's WARC segments until they are on S3.

It outlives the process: what a dead run left in it is uploaded by the next start on this machine, then recovered as a
local archive's is. Runs of several processes may share it, for a segment is named after its run.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from storage.places import sync
from storage.remote import Remote
from storage.warc.exchange import DamagedRecord
from storage.warc.reader import records
from storage.warc.segments import run_of, segments


class Spool:
    """The spool at ``folder`` of an archive on S3 whose segments belong into ``warc``."""

    def __init__(self, folder: Path, warc: Remote) -> None:
        self.folder = folder
        self.root = folder / "warc"
        self._warc = warc

    def runs(self) -> dict[str, list[str]]:
        """The segments that are here, by run."""
        found: dict[str, list[str]] = {}
        for name in segments(self.root):
            found.setdefault(run_of(name), []).append(name)
        return found

    def settle(self, run: str) -> list[str]:
        """Upload what a dead run left, and return the names; a record that its end tore is cut off, for it is none.

        What is on S3 cannot be cut any more. Raises as :meth:`upload`.
        """
        left = [name for name in self.runs().get(run, []) if self._cut(name)]
        self.upload(left)
        return left

    def _cut(self, name: str) -> bool:
        """Cut a segment back to its last whole record; False where there is none, and the file is gone."""
        path = self.root / name
        size = path.stat().st_size
        torn = [
            found.offset
            for found, place in records(path, root=self.root)
            if isinstance(found, DamagedRecord) and found.reason == "torn" and place.offset + place.length == size
        ]
        if torn:
            os.truncate(path, torn[0])
            sync(path)
        if path.stat().st_size:
            return True
        path.unlink()
        return False

    def upload(self, names: Iterable[str]) -> None:
        """Upload these segments, which nobody writes any more; each is removed here once all of it is there.

        One that is there already stays as it is there: pages may have been removed from it since.
        Raises ``OSError`` where one could not be uploaded; it stays here.
        """
        for name in names:
            here, there = self.root / name, self._warc / name
            if not there.is_file() or there.stat().st_size != here.stat().st_size:
                there.upload(here)
            here.unlink()
