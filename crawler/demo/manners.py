"""Hosts that say what a crawler may do: robots.txt of every kind, and pages that reserve their rights.

No paper links to them. Each has a feed at ``/feed.xml`` that announces its pages.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.demo import feeds
from crawler.demo.faults import story
from crawler.demo.resource import Resource, redirect
from crawler.demo.site import Key, Site

RIGHTS_HOST = "rights.test"
"""Where the pages stand that reserve rights."""

_PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """A page that reserves rights: by headers, by ``<meta>`` (name and content), or by a file at its host."""

    path: str
    headers: tuple[tuple[str, str], ...] = ()
    meta: tuple[tuple[str, str], ...] = ()


RESERVATIONS: tuple[Reservation, ...] = (
    Reservation(path="/free"),
    Reservation(path="/header-noai", headers=(("X-Robots-Tag", "noai, noml"),)),
    Reservation(path="/header-noarchive", headers=(("X-Robots-Tag", "noarchive"),)),
    Reservation(path="/header-twice", headers=(("X-Robots-Tag", "noai"), ("X-Robots-Tag", "noindex"))),
    Reservation(path="/header-for-another", headers=(("X-Robots-Tag", "otherbot: noindex, noarchive"),)),
    Reservation(path="/header-until", headers=(("X-Robots-Tag", "unavailable_after: 01 Jan 2040 00:00:00 GMT"),)),
    Reservation(path="/meta-noai", meta=(("robots", "noai, noml"),)),
    Reservation(path="/meta-noarchive", meta=(("robots", "index, NOARCHIVE"),)),
    Reservation(path="/meta-noindex", meta=(("robots", "noindex"),)),
    Reservation(path="/meta-none", meta=(("robots", "none"),)),
    Reservation(
        path="/tdm-header",
        headers=(("tdm-reservation", "1"), ("tdm-policy", f"http://{RIGHTS_HOST}/tdm-policy.json")),
    ),
    Reservation(path="/tdm-header-0", headers=(("tdm-reservation", "0"),)),
    Reservation(path="/tdm-meta", meta=(("tdm-reservation", "1"),)),
    Reservation(path="/reserved/by-file"),
    Reservation(path="/reserved/open/by-file"),
)
"""The pages at :data:`RIGHTS_HOST`; those below ``/reserved/`` are reserved by ``/.well-known/tdmrep.json``."""

_TDMREP = """[
 {"location": "/reserved/open/*", "tdm-reservation": 0},
 {"location": "/reserved/*", "tdm-reservation": 1, "tdm-policy": "http://rights.test/tdm-policy.json"}
]
"""
_ALLOW = "User-agent: *\nDisallow:\n"

ROBOTS: dict[str, Resource] = {
    "robots-404.test": Resource(content="", content_type=_PLAIN, status=404, validators=False),
    "robots-403.test": Resource(content="", content_type=_PLAIN, status=403, validators=False),
    "robots-500.test": Resource(content="", content_type=_PLAIN, status=500, validators=False),
    "robots-503.test": Resource(
        content="", content_type=_PLAIN, status=503, headers=(("Retry-After", "2"),), validators=False
    ),
    "robots-redirect.test": redirect("http://robots-all.test/robots.txt", 302),
    "robots-loop.test": redirect("http://robots-loop.test/robots.txt", 302),
    "robots-all.test": Resource(content="User-agent: *\nDisallow: /\n", content_type=_PLAIN),
    "robots-agent.test": Resource(
        content="User-agent: Broadsheet\nDisallow: /private\n\nUser-agent: *\nDisallow: /\n", content_type=_PLAIN
    ),
    "robots-longest.test": Resource(
        content="User-agent: *\nDisallow: /private\nAllow: /private/story$\nDisallow: /*.pdf\n", content_type=_PLAIN
    ),
    "robots-patient.test": Resource(content=f"{_ALLOW}Crawl-delay: 3600\n", content_type=_PLAIN),
    "robots-bom.test": Resource(content="\ufeffUser-agent: *\nDisallow: /private\n", content_type=_PLAIN),
    "robots-html.test": Resource(content="<!DOCTYPE html><title>Welcome</title><h1>Welcome</h1>"),
    "robots-large.test": Resource(
        content=f"User-agent: *\nDisallow: /private\n{'# filler' * 8}\n"
        + "# filler filler\n" * 40_000
        + "Disallow: /\n",
        content_type=_PLAIN,
    ),
}
"""robots.txt by host; each of them also has ``/story``, ``/private/story`` and ``/feed.xml``."""


def pages() -> Site:
    """The hosts of this module."""
    site: Site = {}
    for host, robots in ROBOTS.items():
        site[Key(host, "/robots.txt")] = robots
        site |= _with_feed(host, {path: Resource(content=story(f"A story at {host}{path}")) for path in _STORIES})
    site[Key(RIGHTS_HOST, "/robots.txt")] = Resource(content=_ALLOW, content_type=_PLAIN)
    site[Key(RIGHTS_HOST, "/.well-known/tdmrep.json")] = Resource(content=_TDMREP, content_type="application/json")
    site[Key(RIGHTS_HOST, "/tdm-policy.json")] = Resource(content="{}\n", content_type="application/json")
    return site | _with_feed(RIGHTS_HOST, {reservation.path: _reserved(reservation) for reservation in RESERVATIONS})


_STORIES = ("/story", "/private/story")


def _reserved(reservation: Reservation) -> Resource:
    metas = "".join(f'<meta name="{name}" content="{value}">' for name, value in reservation.meta)
    html = story(f"Rights, {reservation.path[1:]}").replace("<title>", f"{metas}<title>")
    return Resource(content=html, headers=reservation.headers)


def _with_feed(host: str, files: dict[str, Resource]) -> Site:
    items = "".join(feeds.item(f"http://{host}{path}", path) for path in files)
    feed = Resource(content=feeds.channel(host, items), content_type="application/rss+xml; charset=utf-8")
    return {Key(host, path): resource for path, resource in files.items()} | {Key(host, "/feed.xml"): feed}
