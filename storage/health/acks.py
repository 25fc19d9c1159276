"""What an operator knows already: a source, until which day it is not to alarm, and why.

A small file in ``acks/`` for each, never changed: whoever acknowledges at the same time writes another. The newest file
of a source counts.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from storage.archive import Archive
from storage.errors import ArchiveError
from storage.places import write_new

FOLDER = "acks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """``source`` does not alarm up to and on the day ``until`` (UTC); ``codes`` are those known, () for all."""

    source: str
    at: dt.datetime
    until: dt.date
    codes: tuple[str, ...] = ()
    reason: str | None = None

    def quiets(self, source: str, code: str, at: dt.datetime) -> bool:
        """Whether a finding of ``source`` is known at ``at``."""
        return self.source == source and at.date() <= self.until and (not self.codes or code in self.codes)


def write(archive: Archive, ack: Ack) -> None:
    """Keep ``ack`` in the archive; on the disk, or in the store, when this returns.

    Raises:
        ArchiveError: the archive cannot be written.
    """
    name = f"{ack.at:%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(6)}.json"
    record = {
        "source": ack.source,
        "at": ack.at.isoformat(),
        "until": ack.until.isoformat(),
        "codes": list(ack.codes),
        "reason": ack.reason,
        "key": name,
    }
    with archive.writing():
        (archive.root / FOLDER).mkdir(parents=True, exist_ok=True)
        write_new(archive.root / FOLDER / name, json.dumps(record, ensure_ascii=False).encode())


def load(archive: Archive) -> tuple[Ack, ...]:
    """The newest of each source.

    Raises:
        ArchiveError: one is damaged.
    """
    found: dict[str, Ack] = {}
    folder = archive.root / FOLDER
    for name in sorted(path.name for path in folder.glob("*.json")):
        path = folder / name
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            ack = Ack(
                source=str(record["source"]),
                at=dt.datetime.fromisoformat(record["at"]),
                until=dt.date.fromisoformat(record["until"]),
                codes=tuple(map(str, record["codes"])),
                reason=record["reason"],
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArchiveError(f"{path} cannot be read ({error}); remove it, and acknowledge anew") from error
        found[ack.source] = ack
    return tuple(found.values())


def quiet(acks: Iterable[Ack], source: str, code: str, at: dt.datetime) -> Ack | None:
    """The acknowledgement under which a finding is known, or None."""
    return next((ack for ack in acks if ack.quiets(source, code, at)), None)
