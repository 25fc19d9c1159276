"""What can go wrong with an archive.

::

    ArchiveError                the archive cannot do what was asked
    ├── ArchiveNotFound         there is no archive at that path
    ├── ArchiveBusy             somebody else holds the lock; the message says who
    └── CommitFailed            a batch could not be committed; nothing was skipped, the next start recovers it
        ├── LeaseLost           another process took over what this one had locked; this one may write no more
        └── ProtocolViolation   the transaction numbers are not what this writer left: two writers under one run id
"""

from __future__ import annotations

import errno
import re
from types import MappingProxyType

_LASTING = MappingProxyType(
    {
        errno.ENOSPC: "the disk is full; make room",
        errno.EDQUOT: "the disk quota is used up; make room",
        errno.EROFS: "the disk is read-only; have it mounted for writing",
        errno.EACCES: "nothing may be written there; change its rights",
    }
)
# delta-rs raises no OSError: the number stands in its sentence, as Rust writes it.
_NUMBER = re.compile(r"\(os error (\d+)\)")


class ArchiveError(Exception):
    """The archive cannot do what was asked; the message says why and what to do."""


class ArchiveNotFound(ArchiveError):
    """There is no archive at that path."""


class ArchiveBusy(ArchiveError):
    """Somebody else holds a lock; the message says who."""


class CommitFailed(ArchiveError):
    """A batch could not be committed, after every try."""


class ProtocolViolation(CommitFailed):
    """A table's transaction number is not the one that this writer left there."""


class LeaseLost(CommitFailed):
    """This process was silent for so long that another one took over what it had locked."""


def lasting(error: BaseException) -> str | None:
    """What to do about an error that no further try gets over, in words; None where a try may help.

    A full disk (ENOSPC), a quota that is used up (EDQUOT), a read-only disk (EROFS), missing rights (EACCES).
    """
    number = error.errno if isinstance(error, OSError) else None
    if number is None:
        told = _NUMBER.search(str(error))
        number = int(told[1]) if told else None
    return _LASTING.get(number) if number is not None else None
