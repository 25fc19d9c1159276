"""A crawl of pages that reserve rights: what is kept, what is refused, and that no refused body reaches the disk."""

from __future__ import annotations

import gzip
import os
import subprocess
from pathlib import Path

import pyarrow.compute as pc
import pytest

import storage
from crawler.demo import DemoServer, Resource, feeds
from crawler.demo.faults import story
from crawler.demo.manners import RESERVATIONS, RIGHTS_HOST
from pipelines import recovery
from pipelines.policy import REASONS
from storage import warc
from storage.archive import Archive
from tests import forked

CONFIG = """
[archive]
path = "archive"
[crawl]
contact = "mailto:archive@harbour.test"
delay = "0s"
workers = 1
[[source]]
name = "rights"
entrances = ["http://rights.test/feed.xml"]
"""
MINING = {
    "/header-noai": "ai_reserved",
    "/header-twice": "ai_reserved",
    "/meta-noai": "ai_reserved",
    "/tdm-header": "tdm_reserved",
    "/tdm-meta": "tdm_reserved",
    "/reserved/by-file": "tdm_reserved",
}
LISTING = {"/header-twice": "noindex", "/meta-noindex": "noindex", "/meta-none": "noindex"}
NOARCHIVE = {"/header-noarchive": "noarchive", "/meta-noarchive": "noarchive"}
POLICIES = {
    "record": ("", {}),
    "skip": ('rights_policy = "skip"\n', {**LISTING, **MINING}),
    "research": ('rights_policy = "research"\nobey_noarchive = true\n', {**LISTING, **NOARCHIVE}),
}


def address(path: str) -> str:
    return f"http://{RIGHTS_HOST}{path}"


def crawl(folder: Path, server: DemoServer, keys: str) -> Archive:
    (folder / "broadsheet.toml").write_text(CONFIG + keys, encoding="utf-8")
    env = {**os.environ, "http_proxy": server.proxy_url}
    command = [*forked.broadsheet(), "crawl"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    return storage.open_archive(folder / "archive")


def fates(archive: Archive) -> dict[str, tuple[str, str | None]]:
    """The last fate of each article's address."""
    rows = archive.captures().to_table(filter=pc.field("kind") == "article").sort_by("at").to_pylist()
    return {row["requested_url"]: (row["outcome"], row["reason"]) for row in rows}


def unpacked(archive: Archive) -> bytes:
    """Every byte of the log, with content encodings taken off too."""
    found = []
    for name in warc.segments(archive.warc):
        found.append(gzip.decompress((archive.warc / name).read_bytes()))
        for response in warc.scan(archive.warc / name, root=archive.warc):
            assert isinstance(response, warc.StoredResponse)
            packed = response.payload[:2] == b"\x1f\x8b"
            found.append(gzip.decompress(response.payload) if packed else response.payload)
    return b"\n".join(found)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_policy_keeps_out_what_it_says_and_nothing_else(policy: str, demo_server: DemoServer, tmp_path: Path) -> None:
    keys, refused = POLICIES[policy]
    archive = crawl(tmp_path, demo_server, keys)
    found = fates(archive)
    assert set(found) == {address(one.path) for one in RESERVATIONS}
    assert {url: reason for url, (outcome, reason) in found.items() if outcome == "refused"} == {
        address(path): reason for path, reason in refused.items()
    }
    kept = set(archive.articles().to_table(["requested_url"])["requested_url"].to_pylist())
    assert kept == {address(one.path) for one in RESERVATIONS if one.path not in refused}
    everything = unpacked(archive)
    for one in RESERVATIONS:
        words = f"<h1>Rights, {one.path[1:]}</h1>".encode()
        assert (words in everything) is (one.path not in refused), one.path
    asked = [request.path for request in demo_server.requests]
    assert asked.count("/.well-known/tdmrep.json") == 1
    assert ("/reserved/by-file" in asked) is (policy != "skip"), "what the file reserves is not asked for"
    in_place = {
        record.url: record
        for name in warc.segments(archive.warc)
        for record in warc.scan_withheld(archive.warc / name, root=archive.warc)
    }
    assert set(in_place) == {address(path) for path in refused if not path.startswith("/reserved")}
    rows = archive.captures().to_table(filter=pc.field("outcome") == "refused").to_pylist()
    for row in rows:
        record = in_place.get(row["requested_url"])
        position = (record.position.file, record.position.offset, record.position.length) if record else (None,) * 3
        assert (row["warc_file"], row["warc_offset"], row["warc_length"]) == position
        assert row["status"] == (200 if record else None)


def test_rights_are_recorded_and_the_file_is_remembered(demo_server: DemoServer, tmp_path: Path) -> None:
    archive = crawl(tmp_path, demo_server, "")
    rows = archive.articles().to_table(["requested_url", "rights"]).to_pylist()
    rights = {row["requested_url"].removeprefix(f"http://{RIGHTS_HOST}"): set(row["rights"]) for row in rows}
    policy = f"tdm-policy=http://{RIGHTS_HOST}/tdm-policy.json"
    assert rights["/free"] == rights["/header-for-another"] == rights["/header-until"] == set()
    assert rights["/tdm-header"] == rights["/reserved/by-file"] == {"tdm-reservation=1", policy}
    assert rights["/tdm-header-0"] == rights["/reserved/open/by-file"] == {"tdm-reservation=0"}
    assert rights["/header-twice"] == {"noai", "noindex"}
    files = archive.captures().to_table(filter=pc.field("kind") == "rights").to_pylist()
    assert [(row["outcome"], row["status"]) for row in files] == [("fetched", 200)]
    demo_server.reset()
    (tmp_path / "broadsheet.toml").write_text(CONFIG.replace("[crawl]\n", '[crawl]\nrevisit = ["0s"]\n'))
    crawl(tmp_path, demo_server, 'rights_policy = "skip"\n')
    asked = [request.path for request in demo_server.requests]
    assert "/.well-known/tdmrep.json" not in asked


def test_a_dead_runs_refusals_are_recovered_from_what_stands_in_their_place(
    demo_server: DemoServer, tmp_path: Path
) -> None:
    whole = crawl(tmp_path, demo_server, 'rights_policy = "skip"\n')
    (segment,) = warc.segments(whole.warc)
    dead = Archive.create(tmp_path / "dead")
    (dead.warc / segment).parent.mkdir(parents=True)
    (dead.warc / segment).write_bytes((whole.warc / segment).read_bytes())
    recovery.recover(dead)
    expected = {url: fate for url, fate in fates(whole).items() if "/reserved/by-file" not in url}
    recovered = fates(dead)
    assert {url: fate for url, fate in recovered.items() if fate[0] == "refused"} == {
        url: fate for url, fate in expected.items() if fate[0] == "refused"
    }
    assert set(recovered) == set(expected)
    assert {reason for _, reason in recovered.values()} & set(REASONS)


NOAI = ("X-Robots-Tag", "noai")
BLANKS = '<meta name="robots" content="noindex nofollow noai"><title>'
DEEP = f"<article>{'<div>' * 3_000}"
ODD = {
    "/accepted": (Resource(content=story("Odd, accepted"), status=202, headers=(NOAI,)), ("failed", "http_202")),
    "/moved": (
        Resource(content=story("Odd, moved"), status=302, headers=(NOAI, ("Location", "/free"))),
        ("unchanged", "alias"),
    ),
    "/forbidden": (Resource(content=story("Odd, forbidden"), status=403, headers=(NOAI,)), ("failed", "http_403")),
    "/unknown": (
        Resource(content=story("Odd, unknown"), packed=True, headers=(("Content-Encoding", "x-foo"),)),
        ("refused", "rights_unreadable"),
    ),
    "/blanks": (Resource(content=story("Odd, blanks").replace("<title>", BLANKS)), ("refused", "ai_reserved")),
    "/deep": (
        Resource(content=story("Odd, deep").replace("<article>", DEEP).replace("<h1>", f"{BLANKS}</title><h1>")),
        ("refused", "ai_reserved"),
    ),
}


def test_no_answer_that_reserves_is_kept_whatever_its_status_or_shape(demo_server: DemoServer, tmp_path: Path) -> None:
    for path, (resource, _) in ODD.items():
        demo_server.put(address(path), resource)
    items = "".join(feeds.item(address(path), path) for path in ("/free", *ODD))
    feed = Resource(content=feeds.channel(RIGHTS_HOST, items), content_type="application/rss+xml; charset=utf-8")
    demo_server.put(address("/feed.xml"), feed)
    archive = crawl(tmp_path, demo_server, 'rights_policy = "skip"\n')
    found = fates(archive)
    assert found.pop(address("/free")) == ("archived", None)
    moved = found.pop(address("/moved"))
    assert moved in (("unchanged", "alias"), ("archived", None)), "it led to what may be kept"
    assert found == {address(path): fate for path, (_, fate) in ODD.items() if path != "/moved"}
    assert b"Odd, " not in unpacked(archive)
    statuses = {
        response.status
        for name in warc.segments(archive.warc)
        for response in warc.scan(archive.warc / name, root=archive.warc)
        if isinstance(response, warc.StoredResponse)
    }
    assert {202, 302, 403} <= statuses, "of what is no page, all but the body is kept"
