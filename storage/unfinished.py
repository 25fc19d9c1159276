"""A repair that was begun and not ended: it takes rows out before it makes them again, so nobody may write in between.

One file in the archive's folder says so, from the first change to the last. Whoever is about to crawl ends the repair
first (:func:`pipelines.repair.finish`); every other writer is refused.
"""

from __future__ import annotations

from storage.places import Place, sync, write

NAME = "repair.open"


def is_open(root: Place) -> bool:
    """Whether a repair of the archive at ``root`` was begun and not ended, or is under way."""
    return (root / NAME).exists()


def begin(root: Place) -> None:
    """Note that a repair begins; on the disk when this returns."""
    write(root / NAME, b"A repair was begun. The next crawl ends it, or `broadsheet verify --repair`.\n")


def end(root: Place) -> None:
    """Note that the repair is done."""
    (root / NAME).unlink(missing_ok=True)
    sync(root)
