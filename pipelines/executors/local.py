"""Tasks in this process, one after the other: extraction has worker processes of its own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable

from pipelines.executors.base import Ended, Item, Result


class LocalExecutor:
    """Runs each task here when the one before has been taken from the iterator."""

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Ended[Item, Result]]:
        """See :meth:`pipelines.executors.Executor.map`."""
        for item in items:
            try:
                ended: Ended[Item, Result] = Ended(item=item, result=work(item))
            except Exception as error:  # noqa: BLE001 - it travels to whoever asked, with the item that it came of
                ended = Ended(item=item, error=error)
            yield ended
