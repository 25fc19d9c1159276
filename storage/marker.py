"""The archive's ``broadsheet.json``: which format it has, and which Broadsheet reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from storage import places
from storage.errors import ArchiveError, ArchiveNotFound
from storage.places import Place

NAME = "broadsheet.json"
FORMAT = 3
"""The format that this Broadsheet writes.

1: tables, WARC, snapshots. 2: pages removed on request have tombstones, which a writer has to heed.
3: the table ``clusters``, out of which a removal has to take a page's row.
"""
READER = "0.1.0"
"""The first release that reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """The format of an archive, and that from which a migration is under way, None where none is."""

    format: int
    since: int | None = None

    @property
    def outdated(self) -> bool:
        """Whether it has to be migrated before anything is written."""
        return self.format < FORMAT or self.since is not None


def read(root: Place) -> Marker:
    """The marker of the archive at ``root``.

    Raises:
        ArchiveNotFound: there is no archive.
        ArchiveError: the marker is damaged, or names a newer format; the message says which Broadsheet reads it.
    """
    path = root / NAME
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise ArchiveNotFound(
            f"there is no archive at {root}; crawl into it first, or name another with --archive PATH"
        ) from None
    except (OSError, ValueError) as error:
        raise ArchiveError(f"{path} cannot be read: {error}") from error
    version = found.get("format") if isinstance(found, dict) else None
    if not isinstance(version, int) or version < 1:
        raise ArchiveError(f'{path} names no format version; write {{"format": {FORMAT}}} if it is ours')
    if version > FORMAT:
        reader = found.get("reader")
        which = f"Broadsheet {reader}" if isinstance(reader, str) else "a newer Broadsheet"
        raise ArchiveError(
            f"the archive {root} has format {version}; this Broadsheet reads up to {FORMAT}: install {which}, or newer"
        )
    since = found.get("since")
    return Marker(format=version, since=since if isinstance(since, int) else None)


def write(root: Place, *, since: int | None = None) -> None:
    """Mark the archive as of our format; ``since`` is the one that it is being migrated from."""
    record: dict[str, int | str] = {"format": FORMAT, "software": "broadsheet", "reader": READER}
    if since is not None:
        record["since"] = since
    places.write(root / NAME, json.dumps(record).encode())


def current(root: Place) -> None:
    """Raise ArchiveError where the archive has to be migrated before anything is written; the message says how."""
    found = read(root)
    if found.outdated:
        raise ArchiveError(
            f"the archive {root} has format {found.since or found.format}, this Broadsheet writes {FORMAT}; "
            f"bring it up to date with `broadsheet migrate --archive {root}` (a crawl does so by itself)"
        )
