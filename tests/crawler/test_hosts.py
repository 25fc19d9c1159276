"""How a host is treated from what it answered."""

from __future__ import annotations

import pytest

from crawler.hosts import ADDRESSES, ERRORS, PATIENCE_SECONDS, Hosts, Order

HOST = "harbour.test"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hosts(clock: Clock) -> Hosts:
    made = Hosts(longest=60.0, clock=clock)
    made.slow_down(HOST, 1.0)
    return made


def answer(hosts: Hosts, status: int, url: str = "/", *, latency: float = 0.1, told: float | None = None) -> Order:
    return hosts.answered(HOST, url, status=status, latency=latency, told=told)


def test_a_quick_host_keeps_the_pace_that_is_asked_for(hosts: Hosts) -> None:
    assert [answer(hosts, 200).pace for _ in range(5)] == [1.0] * 5


def test_a_slow_host_is_asked_less_often_and_more_often_again_when_it_recovers(hosts: Hosts) -> None:
    assert answer(hosts, 200, latency=4.0).pace == 8.0
    paces = [answer(hosts, 200).pace for _ in range(6)]
    assert paces == sorted(paces, reverse=True)
    assert paces[-1] == 1.0


def test_a_quick_error_page_does_not_quicken_the_pace(hosts: Hosts) -> None:
    answer(hosts, 200, latency=4.0)
    assert answer(hosts, 404).pace == 8.0


def test_the_pace_stays_between_what_is_asked_for_and_max_delay(hosts: Hosts) -> None:
    hosts.slow_down(HOST, 5.0)
    assert hosts.slow_down(HOST, 2.0) == 5.0, "the longest asked for counts"
    assert answer(hosts, 200, latency=500.0).pace == 60.0
    assert min(answer(hosts, 200, latency=0.0).pace for _ in range(20)) == 5.0


def test_one_error_is_the_page_and_several_are_the_host(hosts: Hosts) -> None:
    assert [answer(hosts, 500).pace for _ in range(4)] == [1.0, 2.0, 4.0, 8.0]


def test_back_off_grows_on_what_never_comes_too(hosts: Hosts) -> None:
    assert [hosts.failed(HOST, "/").pace for _ in range(3)] == [1.0, 2.0, 4.0]


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_host_is_held_back_at_once(hosts: Hosts, status: int) -> None:
    order = answer(hosts, status)
    assert (order.pace, order.hold, order.leave) == (2.0, 2.0, None)


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_within_our_patience_holds_the_whole_host(hosts: Hosts, status: int) -> None:
    order = answer(hosts, status, told=7.0)
    assert (order.hold, order.leave) == (7.0, None)
    assert hosts.refusal(HOST) is None


def test_retry_after_beyond_our_patience_leaves_the_host_until_then(hosts: Hosts, clock: Clock) -> None:
    assert answer(hosts, 429, told=PATIENCE_SECONDS + 50).leave == "retry_after"
    assert hosts.refusal(HOST) == "retry_after"
    assert hosts.refusal("island.test") is None
    clock.now += PATIENCE_SECONDS + 51
    assert hosts.refusal(HOST) is None


@pytest.mark.parametrize("status", [200, 404, 500, 502])
def test_retry_after_means_nothing_with_another_status(hosts: Hosts, status: int) -> None:
    assert answer(hosts, status, told=3600.0).leave is None


def test_a_host_that_answers_only_errors_is_left_alone(hosts: Hosts) -> None:
    orders = [answer(hosts, 500, f"/{number % ADDRESSES}") for number in range(ERRORS)]
    assert [order.leave for order in orders] == [None] * (ERRORS - 1) + ["host_errors"]
    assert hosts.refusal(HOST) == "host_errors"


def test_one_address_that_fails_again_and_again_is_not_the_host(hosts: Hosts) -> None:
    assert {answer(hosts, 500).leave for _ in range(ERRORS * 3)} == {None}


def test_an_answer_between_errors_clears_the_count(hosts: Hosts) -> None:
    for number in range(ERRORS * 3):
        assert answer(hosts, 200 if number % ERRORS == ERRORS - 1 else 500, f"/{number}").leave is None


def test_a_rest_from_an_earlier_run_counts(hosts: Hosts, clock: Clock) -> None:
    hosts.rest(HOST, 30.0)
    hosts.rest(HOST, 10.0)
    clock.now += 20
    assert hosts.refusal(HOST) == "retry_after"
