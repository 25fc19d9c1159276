"""Answers that came together are handled one after the other, with a look at everything else in between."""

from __future__ import annotations

import asyncio
from collections import deque


class Gate:
    """Lets one through in each turn of the event loop, first come first served.

    What an answer costs between two awaits (decoding, digest, compression, the way to a worker) takes milliseconds. A
    loop that was late finds dozens of answers ready at once; without a gate it would handle all of them before it looks
    at a timer again, and be later still.
    """

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_taken = False

    async def turn(self) -> None:
        """Wait for the next turn that is free."""
        loop = asyncio.get_running_loop()
        if not self._is_taken:
            self._is_taken = True
            loop.call_soon(self._next)
            return
        place: asyncio.Future[None] = loop.create_future()
        self._waiting.append(place)
        await place

    def _next(self) -> None:
        while self._waiting:
            place = self._waiting.popleft()
            # Whoever was cancelled while it waited takes no turn.
            if not place.done():
                place.set_result(None)
                asyncio.get_running_loop().call_soon(self._next)
                return
        self._is_taken = False
