"""Where a repair puts what it takes out of the tables or the WARC: nothing is deleted."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import shutil
from pathlib import Path

from storage import log

FOLDER = "aside"


class Aside:
    """The folder that takes what one repair takes out; made when the first thing comes."""

    def __init__(self, root: Path) -> None:
        now = dt.datetime.now(dt.UTC)
        self._root = root
        self.folder = root / FOLDER / f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        self.moved: list[str] = []

    def take(self, path: Path) -> None:
        """Move a file or folder of the archive here."""
        place = self._place(path)
        path.rename(place)
        log.sync(place.parent)
        log.sync(path.parent)

    def keep(self, path: Path, *, start: int) -> None:
        """Copy what a file holds from byte ``start`` on."""
        place = self._place(path.with_name(f"{path.name}@{start}"))
        with path.open("rb") as source, place.open("wb") as target:
            source.seek(start)
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
        log.sync(place.parent)

    def _place(self, path: Path) -> Path:
        name = path.relative_to(self._root)
        place = self.folder / name
        while place.exists():
            place = place.with_name(f"{place.name}.more")
        place.parent.mkdir(parents=True, exist_ok=True)
        self.moved.append(name.as_posix())
        return place
