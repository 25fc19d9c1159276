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
