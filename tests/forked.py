"""``broadsheet`` in a process of its own, as tests start it by the hundred: forked off one that has loaded everything.

Nearly all that the start of an interpreter costs, 1.5 to 2 seconds of a core, is imports. So the words of
:func:`broadsheet` start a small client, which hands its folder, environment and files to a server that was started with
the first of them; the server forks, and the client passes signals on and ends as the command does. Whoever kills the
client kills the command a moment later. Tests of the start itself, of sudden death, or of memory start a real one.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

CLIENT = Path(__file__).with_name("forked_client.py")
START = "import sys; sys.path.insert(0, {root!r}); from tests.forked import serve; sys.path.remove({root!r}); serve()"
# What a command loads when it runs, not before. Never twisted.internet.reactor, which a crawl chooses itself.
LOADED = (
    *("crawler.cli", "crawler.capture", "crawler.download", "crawler.events", "crawler.manners", "crawler.resolver"),
    *("crawler.scheduler", "crawler.settings", "crawler.summary", "crawler.heads", "crawler.scrapy_commands"),
    *("pyarrow.acero", "multiprocessing.popen_spawn_posix", "multiprocessing.resource_tracker", "email.policy"),
    *("scrapy.core.downloader.handlers.file", "scrapy.core.downloader.handlers.ftp", "scrapy.extensions.feedexport"),
    *("scrapy.core.downloader.handlers.s3", "scrapy.extensions.remote_control", "scrapy.extensions.telnet"),
    *("scrapy.extensions.throttle", "scrapy.downloadermiddlewares.httpcache", "scrapy.statscollectors"),
    *("scrapy.downloadermiddlewares.cookies", "scrapy.downloadermiddlewares.robotstxt", "scrapy.utils.engine"),
)
HEAD = 4


@functools.cache
def broadsheet() -> tuple[str, ...]:
    """The words that start ``broadsheet``, for :mod:`subprocess`; its own words follow."""
    folder = Path(tempfile.mkdtemp(prefix="forked-"))
    place = str(folder / "server")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place)
        listener.listen(64)
        server = subprocess.Popen(
            [sys.executable, "-c", START.format(root=str(CLIENT.parents[1]))],
            # Pipes, as most commands get: what Python wraps a file in depends on whether that can seek.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=(listener.fileno(),),
            env={**os.environ, "FORKED_LISTENER": str(listener.fileno())},
        )

    def stop() -> None:
        _, said = server.communicate(timeout=60)
        if server.returncode:
            sys.__stderr__.write(f"the server of forked commands ended with {server.returncode}: {said}")  # type: ignore[union-attr]
        shutil.rmtree(folder)

    atexit.register(stop)
    return (sys.executable, "-I", "-S", str(CLIENT), place)


def serve() -> None:
    """Fork a process for each client, in which this calls the command, until standard input is closed."""
    # Ctrl-C is for the tests; they say what ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    commands = Path(importlib.import_module("crawler.commands").__path__[0])
    for name in (*(f"crawler.commands.{path.stem}" for path in commands.glob("[a-z]*.py")), *LOADED):
        importlib.import_module(name)
    if "twisted.internet.reactor" in sys.modules:
        raise RuntimeError("what was loaded chose a reactor; a crawl is to do that itself")
    gc.collect()
    gc.freeze()
    words = _forked(socket.socket(fileno=int(os.environ["FORKED_LISTENER"])))
    if words is not None:
        sys.argv = ["-c", *words]
        importlib.import_module("crawler.cli").main(prog_name="broadsheet")


def _forked(listener: socket.socket) -> list[str] | None:
    """The words of the command in a process that was forked; None in the server, when it has done its work."""
    ended, told = os.pipe()
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: dict[int, socket.socket] = {}
    while True:
        ready = select.select([0, ended, listener, *running.values()], [], [])[0]
        if 0 in ready:
            for pid in running:
                os.kill(pid, signal.SIGKILL)
            return None
        if listener in ready:
            client = listener.accept()[0]
            words, folder, environment, files = _asked(client)
            pid = os.fork()
            if not pid:
                for one in (listener, client, *running.values()):
                    one.close()
                os.close(ended)
                signal.set_wakeup_fd(-1)
                os.close(told)
                _become(folder, environment, files)
                return words
            for file in files:
                os.close(file)
            running[pid] = client
            client.sendall(pid.to_bytes(HEAD))
        for pid, client in running.items():
            if client in ready:
                # It never speaks again: it is gone, and with it whoever waits for the command.
                os.kill(pid, signal.SIGKILL)
        if ended in ready:
            os.read(ended, 4096)
        for pid in tuple(running):
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                with running.pop(pid) as client, contextlib.suppress(OSError):
                    client.sendall(status.to_bytes(HEAD))


def _asked(client: socket.socket) -> tuple[list[str], str, dict[str, str], list[int]]:
    head, files, _, _ = socket.recv_fds(client, HEAD, 3)
    with client.makefile("rb", buffering=0) as stream:
        left, parts = int.from_bytes(head), b""
        while len(parts) < left:
            parts += stream.read(left - len(parts)) or b""
    words, folder, environment = json.loads(parts)
    return words, folder, environment, files


def _become(folder: str, environment: dict[str, str], files: list[int]) -> None:
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    # The same objects, for some that were loaded hold on to them.
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape", line_buffering=os.isatty(1))  # type: ignore[union-attr]
