"""Hosts that reserve rights, and robots.txt of every kind."""

from __future__ import annotations

import json

import feedparser
import pytest

from crawler.demo.manners import RESERVATIONS, RIGHTS_HOST, ROBOTS, Reservation


@pytest.mark.parametrize("reservation", RESERVATIONS, ids=lambda reservation: reservation.path)
def test_reservations(client, reservation: Reservation) -> None:
    answer = client.get(f"http://{RIGHTS_HOST}{reservation.path}")
    for name in {name for name, _ in reservation.headers}:
        assert answer.headers.get_all(name) == [value for other, value in reservation.headers if other == name]
    for name, content in reservation.meta:
        assert f'<meta name="{name}" content="{content}">' in answer.body.decode()


def test_tdm_reservation_protocol_file(client) -> None:
    rules = json.loads(client.get(f"http://{RIGHTS_HOST}/.well-known/tdmrep.json").body)
    assert [rule["tdm-reservation"] for rule in rules] == [0, 1]


@pytest.mark.parametrize("host", ROBOTS)
def test_robots_hosts(client, host: str) -> None:
    assert client.get(f"http://{host}/robots.txt").status == ROBOTS[host].status
    feed = feedparser.parse(client.get(f"http://{host}/feed.xml").body)
    assert [client.get(entry.link).status for entry in feed.entries] == [200, 200]


def test_large_robots_exceed_the_limit_of_the_rfc(client) -> None:
    text = client.get("http://robots-large.test/robots.txt").body
    assert len(text) > 500 * 1024
    assert text.endswith(b"Disallow: /\n")
