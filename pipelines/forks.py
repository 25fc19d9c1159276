"""Where worker processes come from: forked off a server without threads that has loaded what each of them needs.

A spawned worker loads and warms everything for itself, which takes 1.5 to 2 seconds of a core; forked ones share that,
and its memory. Nothing of whoever asks for a worker is forked, neither its threads nor its files.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import ForkServerContext
from typing import Final

CONTEXT: Final[ForkServerContext] = multiprocessing.get_context("forkserver")
_LOADED = "pipelines.nursery"
# It runs as `python -c`, for which a `pipelines.py` of the folder that we are called in would be the module above; and
# numpy would start threads that no worker needs.
_ENVIRONMENT: Final = {"PYTHONSAFEPATH": "1", "OPENBLAS_NUM_THREADS": "1"}


def begin() -> None:
    """Start the server if there is none, and let it load what workers need while the caller goes on.

    It ends with the process that it was started for and that one's workers.
    """
    CONTEXT.set_forkserver_preload([_LOADED])
    # It would unblock what is blocked below.
    resource_tracker.ensure_running()
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update(_ENVIRONMENT)
    # Ctrl-C reaches it, too, and is for its caller; what is blocked is so in what is started.
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
