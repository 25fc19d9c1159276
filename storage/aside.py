"""Where a repair puts what it takes out of the tables or the WARC: nothing is deleted."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import shutil

from storage import log
from storage.places import Place, below
from storage.remote import Remote

FOLDER = "aside"


class Aside:
    """The folder that takes what one repair takes out; made when the first thing comes."""

    def __init__(self, root: Place) -> None:
        now = dt.datetime.now(dt.UTC)
        self._root = root
        self.folder = root / FOLDER / f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        self.moved: list[str] = []

    def take(self, path: Place) -> None:
        """Move a file or folder of the archive here."""
        place = self._place(path)
        if isinstance(path, Remote) or isinstance(place, Remote):
            _move(path, place)
            return
        path.rename(place)
        log.sync(place.parent)
        log.sync(path.parent)

    def keep(self, path: Place, *, start: int) -> None:
        """Copy what a file holds from byte ``start`` on."""
        place = self._place(path.with_name(f"{path.name}@{start}"))
        if isinstance(place, Remote) or isinstance(path, Remote):
            place.write_bytes(path.read_bytes()[start:])
            return
        with path.open("rb") as source, place.open("wb") as target:
            source.seek(start)
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
        log.sync(place.parent)

    def _place(self, path: Place) -> Place:
        name = below(path, self._root)
        place: Place = self.folder / name
        while place.exists():
            place = place.with_name(f"{place.name}.more")
        place.parent.mkdir(parents=True, exist_ok=True)
        self.moved.append(name.as_posix())
        return place


def _move(path: Place, place: Place) -> None:
    """Move an object, or all that lie below a name: each is copied, then removed."""
    if not isinstance(path, Remote) or not isinstance(place, Remote):
        raise TypeError(f"{path} and {place} lie in different stores")
    if path.is_file():
        path.rename(place)
        return
    for one in list(path.rglob("*")):
        one.rename(place / below(one, path))
