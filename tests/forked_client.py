"""Stands for a command that :mod:`tests.forked` runs; started with few imports, for its start is all that it costs."""

import contextlib
import json
import os
import signal
import socket
import sys

HEAD = 4
PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)


def pass_on(number: int, _: object) -> None:
    """Send the command what was sent to us."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
with socket.socket(socket.AF_UNIX) as server:
    server.connect(sys.argv[1])
    asked = json.dumps([sys.argv[2:], os.getcwd(), dict(os.environ)]).encode()  # noqa: PTH109 - pathlib costs as much as all the rest
    socket.send_fds(server, [len(asked).to_bytes(HEAD)], [0, 1, 2])
    server.sendall(asked)
    pid = int.from_bytes(server.recv(HEAD))
    # The command's own are the last ends of its pipes.
    for file in (0, 1, 2):
        os.close(file)
    for one in PASSED_ON:
        signal.signal(one, pass_on)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
    status = int.from_bytes(server.recv(HEAD))
if os.WIFSIGNALED(status):
    with contextlib.suppress(OSError):
        # SIGKILL needs no leave.
        signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
    os.kill(os.getpid(), os.WTERMSIG(status))
os._exit(os.waitstatus_to_exitcode(status))
