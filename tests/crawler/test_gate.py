"""The gate that keeps answers which came together from keeping the event loop."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from crawler.gate import Gate


def test_everything_else_has_its_turn_between_two_answers() -> None:
    async def crawl() -> list[str]:
        gate, said = Gate(), []

        async def answer(number: int) -> None:
            await gate.turn()
            said.append(f"answer {number}")

        async def heartbeat() -> None:
            while True:
                await asyncio.sleep(0)
                said.append("beat")

        beating = asyncio.ensure_future(heartbeat())
        await asyncio.gather(*(answer(number) for number in range(20)))
        beating.cancel()
        return said

    said = asyncio.run(crawl())
    assert [word for word in said if word != "beat"] == [f"answer {number}" for number in range(20)]
    assert [pair for pair in pairwise(said) if pair[0] != "beat" and pair[1] != "beat"] == []


def test_one_that_was_cancelled_takes_no_turn_and_holds_up_nobody() -> None:
    async def crawl() -> list[int]:
        gate, came = Gate(), []

        async def answer(number: int) -> None:
            await gate.turn()
            came.append(number)

        tasks = [asyncio.ensure_future(answer(number)) for number in range(5)]
        await asyncio.sleep(0)
        for number in (1, 2, 4):
            tasks[number].cancel()
        await asyncio.wait(tasks)
        await asyncio.wait_for(answer(5), 1)
        return came

    assert asyncio.run(crawl()) == [0, 3, 5]


def test_a_gate_that_nobody_waits_at_is_open() -> None:
    async def crawl() -> list[bool]:
        gate, open_at_once = Gate(), []
        for _ in range(3):
            turn = asyncio.ensure_future(gate.turn())
            await asyncio.sleep(0)
            open_at_once.append(turn.done())
            await asyncio.sleep(0)
        return open_at_once

    assert asyncio.run(crawl()) == [True] * 3
