"""The local folder that takes an archive's WARC segments until they are on S3.

It outlives the process: what a dead run left in it is uploaded by the next start on this machine, then recovered as a
local archive's is. Runs of several processes may share it, for a segment is named after its run.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from storage.remote import Remote
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
