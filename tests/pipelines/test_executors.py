from __future__ import annotations

import dataclasses
import pickle

import pytest

from pipelines.executors import Ended, Executor, LocalExecutor


@dataclasses.dataclass(frozen=True)
class Task:
    number: int


def half(task: Task) -> int:
    if task.number % 2:
        raise ValueError(f"{task.number} is odd")
    return task.number // 2


def test_a_task_that_fails_costs_that_task_only() -> None:
    executor: Executor = LocalExecutor()
    ended = list(executor.map(half, [Task(2), Task(3), Task(4)]))
    assert [(one.item.number, one.result) for one in ended] == [(2, 1), (3, None), (4, 2)]
    assert ended[2].value() == 2
    with pytest.raises(ValueError, match="3 is odd"):
        ended[1].value()


def test_items_are_taken_as_there_is_room_for_them() -> None:
    taken = []

    def items() -> object:
        for number in (0, 2, 4):
            taken.append(number)
            yield Task(number)

    ended = LocalExecutor().map(half, items())  # type: ignore[arg-type]
    assert next(ended) == Ended(item=Task(0), result=0)
    assert taken == [0]


def test_a_task_travels_to_another_process() -> None:
    assert pickle.loads(pickle.dumps((half, Task(2)))) == (half, Task(2))
