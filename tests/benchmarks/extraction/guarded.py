"""`guarded:extract`, which the scoring and the timing program call: an adapter without network, with a limit per page.

Environment: BENCH_ADAPTER names the module of `adapters`; BENCH_PAGES, where set, is how many pages are to come, of
which progress is told on standard error.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import logging
import os
import signal
import socket
import sys
import warnings
from collections.abc import Callable
from types import FrameType
from typing import NoReturn, cast

from adapters import Answer

SECONDS_PER_PAGE = 30.0
"""Of processor time, so that a busy machine fails no page; without network there is nothing else to wait for."""
PAGES_PER_LINE = 100


class _TimeUpError(BaseException):
    """Not an Exception, so that no extractor's own error handling takes it for a bad page."""


def _ring(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise _TimeUpError


def _refuse(*_args: object, **_options: object) -> NoReturn:
    raise OSError("extraction is measured without network")


def _load(name: str) -> Callable[[bytes, str], Answer | None]:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    for function in ("create_connection", "getaddrinfo"):
        setattr(socket, function, _refuse)
    for method in ("connect", "connect_ex"):
        setattr(socket.socket, method, _refuse)
    with contextlib.redirect_stdout(io.StringIO()):
        module = importlib.import_module(f"adapters.{name}")
    signal.signal(signal.SIGPROF, _ring)
    return cast("Callable[[bytes, str], Answer | None]", module.extract)


class _Progress:
    def __init__(self, name: str, pages: int) -> None:
        self.name, self.pages, self.done = name, pages, 0

    def step(self) -> None:
        self.done += 1
        if self.pages and (self.done % PAGES_PER_LINE == 0 or self.done == self.pages):
            print(f"  {self.name}: {self.done:,} of {self.pages:,} pages", file=sys.stderr, flush=True)


_adapter = _load(os.environ["BENCH_ADAPTER"])
_progress = _Progress(os.environ["BENCH_ADAPTER"], int(os.environ.get("BENCH_PAGES", "0")))


def extract(html: bytes, url: str) -> Answer | None:
    """Call the adapter; what it prints is dropped.

    Raises:
        TimeoutError: The page took longer than SECONDS_PER_PAGE.
        Exception: Whatever the extractor raises.
    """
    # It rings again every second, should an extractor's bare `except:` have swallowed the first.
    signal.setitimer(signal.ITIMER_PROF, SECONDS_PER_PAGE, 1.0)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return _adapter(html, url)
    except _TimeUpError:
        raise TimeoutError(f"longer than {SECONDS_PER_PAGE:g} s") from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        _progress.step()
