"""`broadsheet hydrate`: the pages of a manifest are fetched with a crawl's manners, and each has a fate."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import storage
from crawler.cli import main
from crawler.commands import hydrate
from crawler.config import parse
from crawler.demo import DemoServer, Resource
from crawler.demo.resource import redirect
from crawler.hydrate import sources_of
from pipelines.history import History
from storage.export import Wanted, export
from storage.export.listed import BadManifest, Listed, listed
from storage.schema import ARTICLES
from tests import forked
from tests.archive_samples import article, begin, exchange, fetch, html
from tests.crawler.test_crawl_edges import CONTACT, TOPICS, crawl, sitemap, source, story

PAGES = {topic: f"http://paper.test/2026/05/04/{topic}-stays-open" for topic in TOPICS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hydrated:
    """What two runs over one manifest said, what each asked for, and where the copy is."""

    codes: tuple[int, int]
    first: dict[str, Any]
    second: str
    asked: tuple[list[str], list[str]]
    copy: Path
    manifest: Path


@pytest.fixture(scope="module")
def hydrated(tmp_path_factory: pytest.TempPathFactory) -> Hydrated:
    """A paper of six pages is crawled and listed; five of them are another way when somebody else fetches them."""
    folder = tmp_path_factory.mktemp("hydrate")
    with DemoServer() as server:
        for topic, url in PAGES.items():
            server.put(url, story(topic))
        server.put("http://paper.test/sitemap.xml", sitemap(*PAGES.values()))
        (folder / "broadsheet.toml").write_text(CONTACT + source("paper", "http://paper.test/sitemap.xml"))
        assert crawl(folder, server).returncode == 0
        export(storage.open_archive(folder / "archive"), Wanted(form="csv", manifest=True), folder / "m.csv.gz")

        harbour, railway, orchard, library, weather, _ = TOPICS
        again = story(harbour)
        assert isinstance(again.content, str)
        server.put(PAGES[harbour], Resource(content=again.content.replace("<head>", "<head><!-- new -->")))
        server.put(PAGES[railway], Resource(content=again.content.replace("harbour", "tunnel")))
        server.put(PAGES[orchard], Resource(content="", status=410))
        server.put(PAGES[library], Resource(content="", status=451))
        server.put(PAGES[weather], redirect("http://paper.test/elsewhere"))
        server.put("http://paper.test/elsewhere", story("theatre"))
        server.put("http://paper.test/robots.txt", Resource(content="User-agent: *\nDisallow: /elsewhere\n"))
        said, codes, asked = [], [], []
        for more in (["--json"], []):
            before = len(server.requests)
            done = subprocess.run(
                [*forked.broadsheet(), "hydrate", "m.csv.gz", "-o", "copy", *more],
                cwd=folder, capture_output=True, text=True, check=False, timeout=100,
                env={**os.environ, "http_proxy": server.proxy_url},
            )  # fmt: skip
            assert done.returncode in (0, 3), done.stdout + done.stderr
            said.append(done.stdout)
            codes.append(done.returncode)
            asked.append([f"http://{request.host}{request.path}" for request in server.requests[before:]])
    return Hydrated(
        codes=(codes[0], codes[1]), first=json.loads(said[0]), second=said[1], asked=(asked[0], asked[1]),
        copy=folder / "copy", manifest=folder / "m.csv.gz",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("topic", "fate", "reason"),
    [
        ("theatre", "same_payload", None),
        ("harbour", "same_text", None),
        ("railway", "text_changed", None),
        ("orchard", "gone", "http_410"),
        ("library", "failed", "http_451"),
        ("weather", "refused", "robots"),
    ],
)
def test_each_page_has_its_fate(hydrated: Hydrated, topic: str, fate: str, reason: str | None) -> None:
    (page,) = [one for one in hydrated.first["pages"] if one["url"] == PAGES[topic]]
    assert (page["fate"], page["reason"]) == (fate, reason)
    assert hydrated.first["fates"][fate] == 1


def test_pages_that_cannot_be_had_end_it_with_3_and_are_named(hydrated: Hydrated) -> None:
    assert hydrated.codes == (3, 3)
    assert f"  {PAGES['orchard']}: gone (http_410" in hydrated.second
    assert "same_payload         1" in hydrated.second


def test_robots_txt_is_asked_first_and_nothing_but_the_listed(hydrated: Hydrated) -> None:
    first = hydrated.asked[0]
    assert first[0] == "http://paper.test/robots.txt"
    assert set(first) <= {*PAGES.values(), "http://paper.test/robots.txt", "http://paper.test/.well-known/tdmrep.json"}


def test_what_is_had_is_not_asked_for_again(hydrated: Hydrated) -> None:
    had = {PAGES[topic] for topic in ("theatre", "harbour", "railway")}
    assert had <= set(hydrated.asked[0])
    assert not had & set(hydrated.asked[1])


def test_rows_name_the_manifest_and_no_path(hydrated: Hydrated) -> None:
    rows = storage.open_archive(hydrated.copy).captures().to_table(["announced_by", "source"]).to_pylist()
    named = {row["announced_by"] for row in rows if row["announced_by"]}
    assert named == {hydrate.origin(hydrated.manifest)}
    assert named.pop().startswith("urn:broadsheet:manifest:")
    assert {row["source"] for row in rows} == {"paper"}


def test_check_asks_nobody(hydrated: Hydrated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.hydrate.fetch", None)
    got = CliRunner().invoke(main, ["hydrate", str(hydrated.manifest), "-o", str(hydrated.copy), "--check"])
    assert got.exit_code == 3
    assert got.stdout == hydrated.second


def test_every_fate_is_explained() -> None:
    text = (Path(__file__).parents[2] / "docs" / "export.md").read_text(encoding="utf-8")
    for fate, sentence in hydrate.FATES.items():
        assert f"| `{fate}` | {sentence} |" in text


ROW = {"url": "http://a.test/1", "requested_url": "http://a.test/1", "source": "a", "revision": "r"}


@pytest.mark.parametrize("name", ["m.parquet", "m.jsonl", "m.csv", "m.jsonl.zst", "m.csv.gz", "folder/"])
def test_a_manifest_is_read_back_in_each_form(tmp_path: Path, archive: storage.Archive, name: str) -> None:
    archive.append(ARTICLES, [article(1, language="en"), article(2, url="http://harbour.test/=2")], run="x", number=1)
    form = "csv" if "csv" in name else "jsonl" if "jsonl" in name else "parquet"
    size = 10**6 if name.endswith("/") else None
    export(archive, Wanted(form=form, manifest=True, file_size=size), tmp_path / name)  # type: ignore[arg-type]
    one, two = listed(tmp_path / name)
    assert one == Listed(
        number=1, url="http://harbour.test/1", requested_url="http://harbour.test/1", source="harbour", revision="r1",
        id=f"{1:032x}", language="en",
    )  # fmt: skip
    assert two.url == "http://harbour.test/=2"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("m.csv", "title\r\nx\r\n", "row 1 has no url"),
        ("m.csv", "url,source\r\nhttp://a.test/,a\r\n", "row 1 has no revision"),
        ("m.jsonl", "{", "cannot be read"),
        ("m.jsonl", "[1]\n", "row 1 has no url"),
        ("m.jsonl", json.dumps({**ROW, "url": 7}), "row 1 has no url"),
        ("m.jsonl", json.dumps({**ROW, "date": "soon"}), "write YYYY-MM-DD"),
        ("m.jsonl", "x" * 200_000, "is it a manifest?"),
        ("m.jsonl.gz", "no gzip", "cannot be read"),
        ("m.parquet", "no parquet", "cannot be read"),
        ("m.txt", "", "let it end with"),
        ("m.csv", "url,source,revision\r\n", "lists no page"),
        ("m.jsonl", json.dumps({**ROW, "source": "../../x"}), "row 1 of the manifest: '../../x' is not a usable name"),
        ("m.jsonl", json.dumps({**ROW, "url": "file:///etc/passwd"}), "is not an absolute http(s) URL"),
        ("m.jsonl", json.dumps({**ROW, "requested_url": "http://me:pw@a.test/"}), "a user name or password"),
    ],
)
def test_what_is_no_manifest_ends_with_2(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    out = str(tmp_path / "copy")
    missing = str(tmp_path / "none.toml")
    got = CliRunner().invoke(
        main, ["hydrate", str(tmp_path / name), "-o", out, "--config", missing, "--contact", "mailto:a@edges.test"]
    )
    assert got.exit_code == 2
    assert told in got.stderr
    assert not (tmp_path / "copy").exists()


def test_without_a_contact_nothing_is_asked(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_text(json.dumps(ROW), encoding="utf-8")
    missing = str(tmp_path / "none.toml")
    got = CliRunner().invoke(
        main, ["hydrate", str(tmp_path / "m.jsonl"), "-o", str(tmp_path / "c"), "--config", missing]
    )
    assert got.exit_code == 2
    assert "--contact" in got.stderr


def test_a_configured_source_gives_its_rules_and_delay() -> None:
    config = parse(
        CONTACT + source("a", "http://www.a.test/feed") + 'delay = "7s"\ntimezone = "Europe/Paris"\n', Path("x.toml")
    )
    urls = {"a": "http://m.a.test/1", "b": "http://b.test/1"}
    rows = [Listed(number=1, url=url, requested_url=url, source=name, revision="r") for name, url in urls.items()]
    one, two = sources_of(rows, config)
    assert (one.name, one.delay, one.rules.timezone, one.entrances) == ("a", 7.0, "Europe/Paris", ())
    assert one.hosts == {"www.a.test", "m.a.test"}
    assert (two.name, two.delay, two.hosts) == ("b", None, {"b.test"})
    assert issubclass(BadManifest, storage.ArchiveError)


def test_a_page_that_was_removed_on_request_is_not_waited_for(tmp_path: Path, archive: storage.Archive) -> None:
    run = begin(archive)
    fetch(run, exchange("http://harbour.test/a", html("Ferries are late")), History.load(archive, ["harbour"]))
    run.finish()
    out, place = str(tmp_path / "m.jsonl"), str(archive.root)
    export(archive, Wanted(form="jsonl", manifest=True), Path(out))
    assert CliRunner().invoke(main, ["forget", "http://harbour.test/a", "--archive", place, "--yes"]).exit_code == 0
    got = CliRunner().invoke(main, ["hydrate", out, "-o", place, "--check", "--json"])
    assert (got.exit_code, json.loads(got.stdout)["pages"][0]["reason"]) == (3, "forgotten")


def test_an_article_under_another_id_is_another() -> None:
    found = hydrate._Met(ids={"9"}, last={"outcome": "archived", "status": 200, "at": "x"})
    row = Listed(number=1, url="u", requested_url="u", source="a", revision="r", id="1")
    assert hydrate._fate(row, found, {"9": {"other"}}).fate == "other_article"
    assert hydrate._fate(row, found, {"9": {"r"}}).fate == "same_text"
    assert hydrate._fate(row, None, {}).fate == "deferred"


def test_a_check_of_what_was_never_fetched_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("url,source,revision\nhttp://paper.test/1,paper,r1\n")
    done = CliRunner().invoke(main, ["hydrate", str(tmp_path / "m.csv"), "-o", str(tmp_path / "none"), "--check"])
    assert done.exit_code == 2
    assert f"there is no archive at {tmp_path / 'none'}; run it once without --check\n" in done.stderr
