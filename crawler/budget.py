"""What a run may cost: articles asked for, bytes received, time; in all and for each source."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable

from crawler.config import BudgetConfig, SourceConfig


class Budget:
    """Counts what a run has cost and says when a bound is reached.

    ``limit`` is the command line's bound on articles, beside the configuration's. The time runs from the making.
    """

    def __init__(
        self,
        whole: BudgetConfig,
        sources: Iterable[SourceConfig] = (),
        *,
        limit: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._whole = whole
        self._shares = {source.name: source.budget for source in sources}
        self._limit = limit
        self._clock = clock
        self._began = clock()
        self._pages: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()

    @property
    def pages(self) -> int:
        """Articles asked for so far."""
        return self._pages.total()

    def spend(self, source: str, *, pages: int = 0, received: int = 0) -> None:
        """Count articles asked for (a negative number gives them back) and bytes received."""
        self._pages[source] += pages
        self._bytes[source] += received

    def refusal(self, source: str, *, article: bool) -> str | None:
        """The reason code for which no more may be asked of ``source``, or None; articles have one bound more."""
        elapsed = self._clock() - self._began
        share = self._shares.get(source, BudgetConfig())
        for bound, pages, received in (
            (self._whole, self.pages, self._bytes.total()),
            (share, self._pages[source], self._bytes[source]),
        ):
            if 0 < bound.seconds <= elapsed:
                return "budget_time"
            if 0 < bound.bytes <= received:
                return "budget_bytes"
            if article and 0 < bound.pages <= pages:
                return "budget_pages"
        return "limit" if article and self._limit is not None and self.pages >= self._limit else None

    @property
    def alarms(self) -> tuple[tuple[float, str | None], ...]:
        """When time is up, in seconds from the beginning, and for which source (None for the run)."""
        found = [(self._whole.seconds, None), *((share.seconds, name) for name, share in self._shares.items())]
        return tuple((seconds, name) for seconds, name in found if seconds > 0)
