"""Memory: Python's collector, held back where it would make a page or a crawl wait, and what the C library keeps."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """No collection inside the block; on leaving it the collector is as it was found.

    A page is some ten thousand small objects that live until it is done and hold no cycles. The collector starts after
    every 700 of them and finds nothing: a tenth of what a page costs. Threads may enter together: whoever found the
    collector at work sets it to work again.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


# A full look over what a crawl of some thousand waiting requests holds takes a quarter of a second, in which nothing
# else is done, and finds some 2,000 objects of 4,000 pages. Python's own numbers (700, 10, 10) ask for one every 250
# pages, these for one every 12,000; and for smaller ones that take 10 to 15 ms.
_THRESHOLDS = (1_000, 10, 120)


def spare_what_is_loaded() -> None:
    """Leave all that is loaded by now, some 250,000 objects, out of further collections, and collect less often.

    For a process with an event loop, once, before its work begins.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)


def give_back() -> None:
    """Return to the system what was freed.

    The C library keeps it otherwise: a third of all that a ledger takes, some 15 KB for each page that a crawl fetches.
    It takes 20 to 50 ms, in which other threads may have to wait for memory.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
