"""WARC files that other programs wrote: by record or as a whole in gzip or Zstandard, or not compressed at all.

::

    feed.py      the file's bytes in order, with a way back to where a member began
    members.py   from the file's bytes to the text of its records, past damaged members
    scan.py      from that text to records, past damaged records

Files are read once, from front to end, so that they may as well come over a network.
"""

from storage.warc.foreign.feed import Feed
from storage.warc.foreign.members import NoWarc
from storage.warc.foreign.scan import RECORD_LIMIT, scan

__all__ = ["RECORD_LIMIT", "Feed", "NoWarc", "scan"]
