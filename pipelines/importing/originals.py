"""Where the archive has the payload that a revisit of another site's page stands for."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import pyarrow.compute as pc

from pipelines.states import key
from storage.archive import Archive
from storage.records import WarcPosition

_COLUMNS: Final = ("requested_url", "at", "warc_file", "warc_offset", "warc_length")
# Many pages that are copies of one, such as a notice, name it one after the other.
_AT_HAND: Final = 1_000


class Originals:
    """Records by address and payload digest, looked up in ``captures`` one by one: what a part's own history lacks."""

    def __init__(self, archive: Archive) -> None:
        self._captures = archive.captures()
        self.of = lru_cache(maxsize=_AT_HAND)(self._of)

    def _of(self, url: str, digest: str) -> WarcPosition | None:
        """The newest record of the page at ``url`` with that payload, or None."""
        same = (pc.field("payload_digest") == digest) & pc.field("warc_file").is_valid()
        rows = self._captures.to_table(_COLUMNS, same & (pc.field("kind") == "article")).sort_by("at").to_pylist()
        mine = [row for row in rows if key(row["requested_url"]) == key(url)]
        if not mine:
            return None
        last = mine[-1]
        return WarcPosition(file=last["warc_file"], offset=last["warc_offset"], length=last["warc_length"])
