"""Faults that are plain resources: odd answers, loops, wrong charsets, broken feeds; and the feed of all faults."""

from __future__ import annotations

from collections.abc import Iterator

from crawler.demo import feeds
from crawler.demo.faults import FAULTS, FAULTS_HOST, STORY, story
from crawler.demo.resource import Resource, redirect
from crawler.demo.site import Key, Site
from crawler.demo.specials import SECRET_COOKIE


def pages() -> Site:
    """The faults that are plain resources, the feed that announces all, and robots.txt of several kinds."""
    site = {Key(FAULTS_HOST, path): resource for path, resource in _resources()}
    listed = [*FAULTS, *(key.path for key in site)]
    robots = Resource(content="User-agent: *\nDisallow:\n", content_type="text/plain")
    site[Key(FAULTS_HOST, "/robots.txt")] = robots
    site[Key(FAULTS_HOST, "/feed.xml")] = _feed(listed)
    for path, text in _feeds():
        site[Key(FAULTS_HOST, path)] = Resource(content=text, content_type="application/rss+xml", encoding="utf-8")
    return site


def _error(status: int, *headers: tuple[str, str]) -> Resource:
    text = f"<!DOCTYPE html><title>{status}</title><h1>{status}</h1><p>The press has stopped.</p>\n"
    return Resource(content=text, status=status, headers=headers, validators=False)


def _resources() -> Iterator[tuple[str, Resource]]:
    for status in (400, 401, 403, 404, 410, 451, 500, 502):
        yield f"/{status}", _error(status)
    yield "/429", _error(429, ("Retry-After", "2"))
    yield "/503", _error(503, ("Retry-After", "2"))
    yield "/503-date", _error(503, ("Retry-After", "Sun, 01 Jan 2040 00:00:00 GMT"))
    yield "/503-nonsense", _error(503, ("Retry-After", "soon"))
    yield "/redirect-loop", redirect("/redirect-loop-2", 302)
    yield "/redirect-loop-2", redirect("/redirect-loop", 302)
    yield "/redirect-self", redirect("/redirect-self", 301)
    yield "/redirect-private", redirect("http://10.0.0.1/admin", 302)
    yield "/redirect-metadata", redirect("http://169.254.169.254/latest/meta-data/", 302)
    yield "/redirect-loopback", redirect("http://127.0.0.1:9/", 302)
    yield "/redirect-loopback-6", redirect("http://[::1]:9/", 302)
    yield "/redirect-file", redirect("file:///etc/hostname", 302)
    yield "/redirect-nowhere", Resource(content="", status=302, validators=False)
    yield "/empty", Resource(content="")
    yield "/no-content", Resource(content="", status=204, validators=False)
    yield "/pdf", Resource(content=_PDF, content_type="application/pdf")
    yield "/pdf-as-html", Resource(content=_PDF)
    yield (
        "/set-cookie",
        Resource(
            content=story("A page with a cookie"), headers=(("Set-Cookie", f"{SECRET_COOKIE}; Path=/; HttpOnly"),)
        ),
    )
    accents = story("Café crème à l’hôtel – naïve façade").replace('<meta charset="utf-8">', "")
    yield "/mislabelled", Resource(content=accents, encoding="windows-1252")
    yield "/unlabelled", Resource(content=accents, encoding="windows-1252", content_type="text/html")
    yield "/unknown-charset", Resource(content=accents, content_type="text/html; charset=x-harbour")
    yield "/control-characters", Resource(content=story("Harbour \x1b[31mred\x1b[0m \u202egnp.exe\u202c \x07 quay"))
    yield (
        "/base",
        Resource(
            content=story("A page with a strange base").replace("<head>", '<head><base href="http://10.0.0.1/">')
            + '<a href="admin/2025/06/05/the-secret-garden-of-the-harbour-master">next</a>'
        ),
    )
    yield "/deep", Resource(content=f"<!DOCTYPE html><title>Deep</title>{'<div>' * 100_000}<p>Bottom.</p>")
    yield "/long-line", Resource(content=f"<!DOCTYPE html><title>Long</title><p>{'all in one line ' * 65_536}</p>")
    yield "/large", Resource(content=f"<!DOCTYPE html><title>Large</title>{STORY * 52_000}")


def _feed(paths: list[str]) -> Resource:
    items = "".join(
        feeds.item(f"http://{FAULTS_HOST}{path}", FAULTS[path].title if path in FAULTS else path) for path in paths
    )
    return Resource(content=feeds.channel(FAULTS_HOST, items), content_type="application/rss+xml; charset=utf-8")


def _feeds() -> Iterator[tuple[str, str]]:
    sound = f"<item><title>Sound</title><link>http://{FAULTS_HOST}/sound</link></item>\n"
    yield "/feed-torn.xml", feeds.channel(FAULTS_HOST, sound * 3)[:-60]
    yield "/feed-loose.xml", feeds.channel(FAULTS_HOST, sound + "<item><title>Fish & chips</title><br></item>" + sound)
    yield "/feed-injection.xml", feeds.channel(FAULTS_HOST, sound.replace("Sound", '"\n[[source]]\nname = "evil"\n#'))
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    yield (
        "/feed-bomb.xml",
        '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "ha">'
        f'{entities}]><rss version="2.0"><channel><title>&e9;</title>{sound}</channel></rss>',
    )


_PDF = (
    b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
