"""Python's collector of cyclic garbage, held back while a page is worked on."""

from __future__ import annotations

import gc
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
