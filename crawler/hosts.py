"""How a host is to be treated from what it answered: its pace, its rest, and when it is left alone.

Pure: nothing here knows of Scrapy or of the network. The pace is the time between the beginnings of two requests.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

# Longest wait inside a run; a host that asks for more is left to a later run.
PATIENCE_SECONDS = 10.0
# A host that has answered so many requests in a row, for so many addresses, with nothing but errors is left alone.
ERRORS = 6
ADDRESSES = 3
# The pause is as long as the host was busy with us: it never spends more than half of its time on one crawl.
SHARE = 2.0
# First pause after repeated errors, in seconds; each further error doubles it.
BACK_OFF = 1.0


@dataclass(slots=True)
class Host:
    """``floor`` is the least pace, in seconds, that configuration and robots.txt ask for; ``pace`` the present one.

    ``rests_until`` is on the clock of :class:`Hosts`; ``errors`` counts those in a row, ``failing`` their addresses.
    """

    floor: float = 0.0
    pace: float = 0.0
    errors: int = 0
    failing: set[str] = field(default_factory=set)
    rests_until: float = 0.0
    left: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What follows from an answer: the new pace, a hold in seconds, or the reason for which the host is left."""

    pace: float
    hold: float = 0.0
    leave: str | None = None


class Hosts:
    """The hosts of one run, by name; all of a host's sources share one entry. ``longest`` is the longest pace."""

    def __init__(self, *, longest: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._longest = longest
        self._clock = clock
        self._hosts: dict[str, Host] = {}

    def get(self, name: str) -> Host:
        """The entry of a host."""
        return self._hosts.setdefault(name, Host())

    def slow_down(self, name: str, floor: float) -> float:
        """Take in a delay that is asked for; the longest asked for counts. Returns the pace."""
        host = self.get(name)
        host.floor = max(host.floor, floor)
        host.pace = max(host.pace, host.floor)
        return host.pace

    def rest(self, name: str, seconds: float) -> None:
        """Leave a host alone for so long."""
        host = self.get(name)
        host.rests_until = max(host.rests_until, self._clock() + seconds)

    def refusal(self, name: str) -> str | None:
        """The reason code for which nothing may be asked of the host now, or None."""
        host = self._hosts.get(name)
        if host is None:
            return None
        if host.left:
            return "host_errors"
        return "retry_after" if host.rests_until > self._clock() else None

    def answered(self, name: str, url: str, *, status: int, latency: float, told: float | None) -> Order:
        """Take in an answer; ``told`` are the seconds of its Retry-After, None where there is none.

        A status of 429, or of 500 and more, is trouble. Only 429 and 503 may ask to wait (RFC 9110, 15.6.4, and
        RFC 6585, 4).
        """
        if status == 429 or status >= 500:
            return self._trouble(self.get(name), url, busy=status in (429, 503), told=told)
        host = self.get(name)
        host.errors = 0
        host.failing.clear()
        wanted = latency * SHARE
        pace = max(wanted, (host.pace + wanted) / 2)
        # An error's page is quickly sent and tells nothing of how busy the host is.
        host.pace = self._bounded(host, pace if status == 200 else max(pace, host.pace))
        return Order(pace=host.pace)

    def failed(self, name: str, url: str) -> Order:
        """Take in that no answer came, or none that could be used."""
        return self._trouble(self.get(name), url, busy=False, told=None)

    def _trouble(self, host: Host, url: str, *, busy: bool, told: float | None) -> Order:
        host.errors += 1
        host.failing.add(url)
        if busy or host.errors > 1:
            host.pace = self._bounded(host, max(host.pace * 2, BACK_OFF))
        hold = min(host.pace, PATIENCE_SECONDS) if busy else 0.0
        if busy and told is not None:
            if told > PATIENCE_SECONDS:
                host.rests_until = max(host.rests_until, self._clock() + told)
                return Order(pace=host.pace, leave="retry_after")
            hold = max(hold, told)
        if host.errors >= ERRORS and len(host.failing) >= ADDRESSES:
            host.left = True
            return Order(pace=host.pace, leave="host_errors")
        return Order(pace=host.pace, hold=hold)

    def _bounded(self, host: Host, pace: float) -> float:
        return max(host.floor, min(pace, self._longest))
