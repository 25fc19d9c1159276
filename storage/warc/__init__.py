"""The log: every exchange as the wire brought it, in WARC 1.1 (ISO 28500:2017), one gzip member per record.

::

    exchange.py   the values: what is written, what comes back, what damage is called
    metadata.py   CaptureInfo to and from the response record's ``WARC-JSON-Metadata`` header
    headers.py    header blocks: made safe, rid of secrets, written and parsed
    member.py     one record to and from one gzip member
    segments.py   where segments stand and what they are called
    writer.py     SegmentWriter: append, make durable, take back a write that failed
    reader.py     read one position, or scan a whole segment past any damage
    withheld.py   what stands in place of an answer whose body may not be kept

Positions and segment names are relative to the archive's ``warc/`` folder, which every function here calls ``root``.
What is kept, what is left out and what each kind of damage means stands in ``docs/warc.md``.
"""

from storage.warc.exchange import (
    DAMAGE_REASONS,
    CaptureInfo,
    DamagedRecord,
    DamageReason,
    Exchange,
    Original,
    StoredResponse,
    WarcDamage,
    WriterRefused,
    WrittenRecord,
)
from storage.warc.reader import RECORD_LIMIT, read, scan
from storage.warc.segments import run_of, segments
from storage.warc.withheld import Withheld, scan_all, scan_withheld
from storage.warc.writer import SEGMENT_BYTES, SegmentWriter

__all__ = [
    "DAMAGE_REASONS",
    "RECORD_LIMIT",
    "SEGMENT_BYTES",
    "CaptureInfo",
    "DamageReason",
    "DamagedRecord",
    "Exchange",
    "Original",
    "SegmentWriter",
    "StoredResponse",
    "WarcDamage",
    "Withheld",
    "WriterRefused",
    "WrittenRecord",
    "read",
    "run_of",
    "scan",
    "scan_all",
    "scan_withheld",
    "segments",
]
