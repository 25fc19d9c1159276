"""How far a crawl of many tasks is, told to whoever wants to know: a person, a log, a collector of metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crawler.config import Config
from crawler.crawled import RunOf, Together
from crawler.events import Events
from crawler.metrics import Exporter
from crawler.progress import FATES
from crawler.spread import Overview, named
from pipelines.executors.ray import Standing

COUNTED = ("announced", "resting", *FATES)
"""What tasks count of their sessions' tallies, beside ``unsettled`` and all that they asked."""


class Underway:
    """Shown the state of all tasks, tells it: as events where these are wanted, else by ``view``, and as metrics.

    ``stopped`` tells whether the tasks are to end.
    """

    def __init__(
        self,
        config: Config,
        run: RunOf,
        *,
        view: Overview,
        events: Events | None,
        metrics: Exporter,
        stopped: Callable[[], bool],
    ) -> None:
        self._config = config
        self._run = run
        self._view = view
        self._events = events
        self._metrics = metrics
        self._stopped = stopped

    def __call__(self, standing: Standing) -> bool:
        """Tell the state of now; whether the tasks are to end."""
        crawled = so_far(self._config, self._run, standing.counts)
        if self._events is None:
            self._view.show(standing)
        else:
            self._events.progress(crawled)
        self._metrics.show(crawled)
        return self._stopped()


def so_far(config: Config, run: RunOf, counts: Mapping[str, int]) -> Together:
    """A crawl that goes on, by what its tasks count: of all sources together, whose name is therefore empty."""
    return Together(
        config=config,
        run=run,
        runs=(),
        sources=tuple(source.name for source in config.sources),
        busy=(),
        tallies={("", what, None): counts[what] for what in COUNTED if counts.get(what)},
        unsettled=counts.get("unsettled", 0),
    )


def words(counts: Mapping[str, int]) -> str:
    """What tasks have counted, as a clause."""
    return named(counts, announced="announced", unsettled="to go", **{fate: fate for fate in FATES})
