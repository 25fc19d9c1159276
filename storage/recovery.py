"""What a dead run left behind: records in its WARC that no table knows, and batches that only ``captures`` has.

Finding it needs no extraction, so it stands here; :mod:`pipelines.recovery` processes what is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow.compute as pc

from storage import delta, warc
from storage.archive import Archive
from storage.locks import Lock, tidy
from storage.records import Capture, WarcPosition
from storage.rows import DEGRADED, Rows
from storage.schema import ARTICLES, CAPTURES, captures_from_arrow

KEEPS = frozenset({"archived", "revised"})


@dataclass(slots=True, kw_only=True)
class DeadRun:
    """A run whose process ended without writing its row; its lock is held by us for as long as this object is used.

    ``captured`` and ``kept`` are its last transaction numbers in ``captures`` and ``articles``; ``segments`` its WARC
    files, relative to ``warc/``; ``known`` the positions that ``captures`` names.
    """

    name: str
    lock: Lock
    captured: int
    kept: int
    segments: tuple[str, ...]
    known: frozenset[tuple[str, int]]
    damaged: list[warc.DamagedRecord] = field(default_factory=list)

    def batch(self, archive: Archive, number: int) -> list[Capture]:
        """The rows of batch ``number`` in ``captures`` that brought an article."""
        lesser = (pc.field("reason") == DEGRADED) & pc.field("revision").is_valid() & pc.field("detail").is_null()
        kept = pc.field("outcome").isin(sorted(KEEPS)) | lesser
        wanted = (pc.field("run") == self.name) & (pc.field("batch") == number) & kept
        return captures_from_arrow(archive.captures().to_table(filter=wanted))

    def unknown(self, archive: Archive) -> Iterator[warc.StoredResponse | warc.Withheld]:
        """Whole records of its WARC that ``captures`` does not know, redirects left out, in order.

        They are responses, and what stands in place of bodies that may not be kept. Torn and damaged ones are appended
        to ``damaged``.
        """
        for segment in self.segments:
            for found in warc.scan_all(archive.warc / segment, root=archive.warc):
                if isinstance(found, warc.DamagedRecord):
                    self.damaged.append(found)
                elif isinstance(found, warc.StoredResponse) and not counts(found):
                    continue
                elif (found.position.file, found.position.offset) not in self.known:
                    yield found


def counts(stored: warc.StoredResponse) -> bool:
    """Whether a row may stand for the record: redirects have none, nor pages that a conversion record stands for."""
    awaits = stored.info is not None and stored.info.render and stored.status in (200, 203) and not stored.truncated
    return not awaits and not is_redirect(stored.status)


def is_redirect(status: int) -> bool:
    """Whether an answer of that status leads elsewhere; such hops have no row of their own in ``captures``."""
    return status in (301, 302, 303, 307, 308)


def dead_runs(archive: Archive) -> Iterator[DeadRun]:
    """Every run that left a lock file or WARC segments, no row in ``runs``, and no living process; oldest first.

    Each is yielded with its lock held. A lock file of a run that has its row is only left-over, and removed. Only for
    the holder of :meth:`~storage.archive.Archive.lock_recovery`.
    """
    segments: dict[str, list[str]] = {}
    for file in warc.segments(archive.root / "warc"):
        segments.setdefault(warc.run_of(file), []).append(file)
    spooled = archive.spool.runs() if archive.spool is not None else {}
    locks = archive.root / "locks"
    left = {path.name[len("run-") : -len(".lock")] for path in locks.glob("run-*.lock")}
    finished = set(archive.runs().to_table(["run"])["run"].to_pylist())
    for name in sorted((left | segments.keys() | spooled.keys()) - (finished - left - spooled.keys())):
        held = archive.lock_run(name)
        if held is None:
            continue
        # Looked at again: what was seen before we had the lock may be what a run that lived was just writing.
        behind = archive.spool.settle(name) if archive.spool is not None else []
        if not behind and name in archive.runs().to_table(["run"])["run"].to_pylist():
            held.release(remove=True)
            continue
        segments[name] = [*segments.get(name, ()), *behind]
        captures = Rows(archive.root / CAPTURES.name, CAPTURES)
        table = captures.to_table(["warc_file", "warc_offset"], filter=pc.field("run") == name)
        known = zip(table["warc_file"].to_pylist(), table["warc_offset"].to_pylist(), strict=True)
        yield DeadRun(
            name=name,
            lock=held,
            captured=delta.transaction(delta.snapshot(archive.root, CAPTURES), name),
            kept=delta.transaction(delta.snapshot(archive.root, ARTICLES), name),
            segments=tuple(sorted(set(segments.get(name, ())))),
            known=frozenset((file, offset) for file, offset in known if file is not None),
        )
    tidy(locks)


def position(capture: Capture) -> WarcPosition | None:
    """Where the capture's answer stands, or None where nothing was fetched."""
    if capture.warc_file is None or capture.warc_offset is None or capture.warc_length is None:
        return None
    return WarcPosition(file=capture.warc_file, offset=capture.warc_offset, length=capture.warc_length)
