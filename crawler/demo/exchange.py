"""What a fault is given to misbehave with: one request, and the raw connection that it came by."""

from __future__ import annotations

import socket
import struct
import threading
from dataclasses import dataclass
from io import BufferedIOBase
from urllib.parse import parse_qs


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request at a fault route.

    ``target`` is its path with the query, ``method`` GET or HEAD, ``stopping`` is set when the server is about to end.
    """

    method: str
    target: str
    stream: BufferedIOBase
    connection: socket.socket
    stopping: threading.Event

    def number(self, name: str, default: float) -> float:
        """A parameter of the query as a number; the default where it is absent or none."""
        values = parse_qs(self.target.partition("?")[2]).get(name, [])
        try:
            return float(values[0]) if values else default
        except ValueError:
            return default

    def send(self, data: bytes) -> None:
        """Send bytes at once.

        :raises OSError: where the client has left
        """
        self.stream.write(data)
        self.stream.flush()

    def head(self, status: str, *headers: str) -> None:
        """Send a status line ("200 OK") and header lines, as they are given, and end the header block."""
        self.send("\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode("latin-1"))

    def wait(self, seconds: float) -> bool:
        """Wait, but no longer than the server lives; False where it is stopping."""
        return not self.stopping.wait(seconds)

    def reset(self) -> None:
        """Drop the connection with a TCP reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
