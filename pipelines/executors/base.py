"""What every executor keeps to."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Generic[Item, Result]):
    """One task that ended: its item, and what it returned, or the exception that it raised.

    ``result`` is None where there is an ``error``; :meth:`value` raises that error.
    """

    item: Item
    result: Result | None = None
    error: Exception | None = None

    def value(self) -> Result:
        """What the task returned. Raises what it raised."""
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value] # without an error there is a result


class Executor(Protocol):
    """Runs tasks, each at least once: one that is lost with its machine is begun again where an executor can."""

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Ended[Item, Result]]:
        """Run ``work`` on every item and yield the tasks as they end, in whatever order that is.

        Items are taken as there is room for them. A task that raises an ``Exception`` costs that task only. Closing the
        iterator takes no more items.
        """
