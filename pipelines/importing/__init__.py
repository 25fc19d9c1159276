"""Importing WARC files that others wrote: the second driver of the pure function.

::

    inputs.py      files on the disk, on web servers and in buckets, read from front to end
    wanted.py      which pages are wanted, and which source each belongs to
    candidates.py  a foreign record to a page that may be taken, or why it is not
    seen.py        what the archive has taken before
    importer.py    one file: extracted ahead, decided in order, written, committed
    job.py         one task: the archive, its locks and its history, and one file after the other
    task.py        what an import is told and what it tells
    reasons.py     why a record was left out
"""
