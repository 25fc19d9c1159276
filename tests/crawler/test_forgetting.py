"""``broadsheet forget``: what it prints, how it ends, and that a page does not come back under any of its addresses."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pyarrow.compute as pc
import pytest
from click.testing import CliRunner, Result

import storage
from crawler.cli import main
from crawler.demo import DemoServer
from crawler.demo.resource import Resource, redirect
from pipelines import forgotten
from pipelines.recovery import recover
from pipelines.repair import mend
from storage import tombstones, warc
from storage.archive import Archive
from storage.verify import verify
from tests import forked
from tests.archive_samples import HOST, begin, exchange, html
from tests.damaged_archives import sound
from tests.storage.test_forget import texts

CONFIG = """
[archive]
path = "archive"
[crawl]
contact = "mailto:archive@harbour.test"
delay = "0s"
workers = 1
poll = ["1s", "1s"]
[[source]]
name = "cats"
entrances = ["http://cats.test/feed.xml"]
"""
PAPER = "http://cats.test"
URL = f"{PAPER}/zyzzyva"


def broadsheet(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def feed(*paths: str) -> Resource:
    items = "".join(f"<item><title>Story {path}</title><link>{PAPER}{path}</link></item>" for path in paths)
    return Resource(content=f"<rss><channel>{items}</channel></rss>", content_type="application/rss+xml")


def page(title: str, canonical: str | None = None) -> Resource:
    text = html(title).decode()
    link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    return Resource(content=text.replace("<title>", f"{link}<title>"))


def crawl(folder: Path, server: DemoServer) -> Archive:
    (folder / "broadsheet.toml").write_text(CONFIG, encoding="utf-8")
    env = {**os.environ, "http_proxy": server.proxy_url}
    command = [*forked.broadsheet(), "crawl", "--now"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    return storage.open_archive(folder / "archive")


def asked(server: DemoServer) -> Counter[str]:
    return Counter(request.path for request in server.requests if request.host == "cats.test")


def holding(archive: Archive, word: str) -> set[str]:
    return {name.partition("/")[0] for name, text in texts(archive) if word in text}


def test_a_removed_page_is_not_crawled_again_under_any_address(demo_server: DemoServer, tmp_path: Path) -> None:
    server = demo_server
    server.put(f"{PAPER}/feed.xml", feed("/zyzzyva", "/whale"))
    server.put(URL, page("Zyzzyva is found"))
    server.put(f"{PAPER}/whale", page("A whale is seen"))
    archive = crawl(tmp_path, server)
    assert archive.articles().count_rows() == 2
    done = broadsheet("forget", URL, "--archive", archive.root, "--reason", "request 12", "--yes")
    assert done.exit_code == 0, done.output
    assert holding(archive, "zyzzyva") == set()

    before = asked(server)
    # The feed still names it, with a parameter; there is a redirect to it, and a page that declares to be it.
    server.put(f"{PAPER}/feed.xml", feed("/zyzzyva?utm_source=rss", "/whale", "/jump", "/again"))
    server.put(f"{PAPER}/jump", redirect(URL))
    server.put(f"{PAPER}/again", page("Zyzzyva is found", canonical=URL))
    archive = crawl(tmp_path, server)
    later = asked(server) - before
    assert later["/zyzzyva"] == 0
    assert later["/jump"] == later["/again"] == 1
    assert archive.articles().to_table(["title"])["title"].to_pylist() == ["A whale is seen"]
    rows = archive.captures().to_table(filter=pc.field("reason") == "forgotten").to_pylist()
    assert {row["requested_url"]: row["outcome"] for row in rows} == {
        f"{PAPER}/jump": "refused",
        f"{PAPER}/again": "refused",
    }
    assert all(row["warc_file"] is None for row in rows), "nothing of such an answer is kept"
    run = archive.runs().to_table().sort_by("started_at").to_pylist()[-1]
    counted = {(one["outcome"], one["reason"]): one["count"] for one in run["tallies"]}
    assert counted["refused", "forgotten"] == 3
    assert verify(archive, stones=forgotten.load(archive)).problems == ()
    # Only the list that the site still publishes names it, until that is cleared too.
    assert holding(archive, "zyzzyva") == {"warc"}
    done = broadsheet("forget", "--again", "--archive", archive.root, "--yes")
    assert done.exit_code == 0, done.output
    assert holding(archive, "zyzzyva") == set()
    assert forgotten.load(archive).holds(f"{PAPER}/again")
    assert verify(archive, stones=forgotten.load(archive)).problems == ()


def test_it_says_what_would_go_and_what_went(archive: Archive) -> None:
    sound(archive)
    dry = broadsheet("forget", f"{HOST}/1", "--archive", archive.root, "--dry-run")
    assert dry.exit_code == 0
    assert dry.stdout.startswith("2026-11-20  Ferry 1 is late  http://harbour.test/1  (2 revisions)\n")
    assert "1 articles, 2 rows of captures, 3 WARC records of pages and 0 of lists" in dry.stdout
    assert not (archive.root / tombstones.FOLDER).exists()
    done = broadsheet("forget", f"{HOST}/1", "--archive", archive.root, "--yes")
    assert "Removed 4 rows and 6 WARC records" in done.stdout
    assert "clearing the table captures" in done.stderr
    told = broadsheet("forget", "--match", "harbour.test/5", "--archive", archive.root, "--yes", "--json")
    report = json.loads(told.stdout)
    assert [one["title"] for one in report["plan"]["articles"]] == ["The last boat"]
    assert report["removed"]["records"] == 2
    assert broadsheet("verify", "--archive", archive.root).exit_code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "give addresses, or --match PATTERN, or --again"),
        ([f"{HOST}/1", "--again"], "give addresses, or --match PATTERN, or --again"),
        (["harbour.test/1"], "write it with http:// or https://"),
        (["--match", "*"], "write more of the address"),
        ([f"{HOST}/1"], "write --yes to remove it"),
    ],
)
def test_it_refuses(archive: Archive, words: list[str], says: str) -> None:
    sound(archive)
    done = broadsheet("forget", *words, "--archive", archive.root)
    assert done.exit_code == 2
    assert says in done.stderr
    assert archive.articles().count_rows() == 4


def test_a_dead_run_brings_nothing_back(archive: Archive) -> None:
    sound(archive)
    broadsheet("forget", f"{HOST}/1", "--archive", archive.root, "--yes")
    run = begin(archive)
    run.write(exchange(f"{HOST}/1", html("Ferry 1 is late")))
    declares = html("Ferry 1 is late").replace(
        b"<title>", b'<link rel="canonical" href="http://harbour.test/1"><title>'
    )
    run.write(exchange(f"{HOST}/alias", declares))
    run.write(exchange(f"{HOST}/6", html("A sixth ferry")))
    run.warc.flush()
    run.abandon()
    recover(archive)
    assert f"{HOST}/1" not in archive.articles().to_table(["url"])["url"].to_pylist()
    assert archive.articles().count_rows() == 4
    rows = archive.captures().to_table(filter=pc.field("run") == run.name).to_pylist()
    assert {(row["requested_url"], row["outcome"]) for row in rows} == {
        (f"{HOST}/alias", "refused"),
        (f"{HOST}/6", "archived"),
    }


def test_a_backup_that_is_put_back_is_cleared_by_a_repair(archive: Archive, tmp_path: Path) -> None:
    sound(archive)
    shutil.copytree(archive.root, tmp_path / "backup")
    broadsheet("forget", f"{HOST}/1", "--archive", archive.root, "--yes")
    stones = forgotten.load(archive)
    for folder in ("warc", "captures", "articles"):
        shutil.rmtree(archive.root / folder)
        shutil.copytree(tmp_path / "backup" / folder, archive.root / folder)
    found = verify(archive, stones=stones).tally()
    assert found["forgotten_remains"] == 2 + 3 + 6, (
        "two tables, three entries of their logs, three answers with requests"
    )
    mend(archive)
    assert verify(archive, stones=forgotten.load(archive)).problems == ()
    assert not any("ferry 1 is" in text for _, text in texts(archive))


def test_a_removal_that_was_killed_is_ended_by_the_next_crawl(archive: Archive) -> None:
    sound(archive)
    places = [
        found.position
        for name in warc.segments(archive.warc)
        for found in warc.scan(archive.warc / name, root=archive.warc)
        if isinstance(found, warc.StoredResponse) and found.url == f"{HOST}/2"
    ]
    stone = forgotten.load(archive).carve([f"{HOST}/2"], reason=None, places=places)
    tombstones.write(archive.root, stone)
    assert verify(archive, stones=forgotten.load(archive)).tally()["forget_open"] == 1
    said: list[str] = []
    crawling = archive.lock_source("harbour", holder="a crawl")
    assert crawling is not None
    with crawling:
        forgotten.finish(archive, say=said.append)
    assert "is not ended yet" in said[0]
    forgotten.finish(archive, say=said.append)
    assert said[-1] == f"removal {stone.name}, which was interrupted, is done"
    assert forgotten.load(archive).open == ()
    assert f"{HOST}/2" not in archive.articles().to_table(["url"])["url"].to_pylist()
