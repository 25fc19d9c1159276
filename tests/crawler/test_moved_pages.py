"""Pages that move: to new addresses, to other stories, to the front page, round in circles, and under session ids."""

from __future__ import annotations

import pytest

import storage
from crawler.commands.diff import revisions
from crawler.commands.show import find
from crawler.demo import DemoServer, Resource
from crawler.demo.resource import redirect
from storage.archive import Archive
from tests.archive_samples import HOST, article, begin, capture, faults
from tests.crawler.test_crawl_edges import CONTACT, articles, crawl, events, sitemap, source, story

DAY = "http://moved.test/2026/05/04"
OLD, NEW = f"{DAY}/old-slug-of-the-harbour", f"{DAY}/new-slug-of-the-harbour"
SLUG, RENAMED = f"{DAY}/railway-slug-as-it-was", f"{DAY}/railway-slug-as-it-is"
REPLACED, ANOTHER = f"{DAY}/orchard-that-is-replaced", f"{DAY}/library-that-replaces-it"
FRONTED = f"{DAY}/theatre-that-leads-home"
RING = tuple(f"{DAY}/story-of-the-ring-{number}" for number in range(3))
FEED, TO_FEED = f"{DAY}/no-article-at-all", f"{DAY}/leads-to-no-article"
DECLARED = f"{DAY}/weather-and-its-canonical"
HOME = f"{DAY}/weather-under-its-new-canonical"
SESSION = "http://sessions.test/(S({}))/2026/05/04/museum-under-a-session"

Runs = tuple[Archive, list[list[str]]]


def entrances(session: str, *more: str) -> dict[str, Resource]:
    told = (*more, OLD, SLUG, REPLACED, FRONTED, *RING, FEED, TO_FEED, DECLARED)
    return {
        "http://moved.test/sitemap.xml": sitemap(*told),
        "http://sessions.test/sitemap.xml": sitemap(SESSION.format(session)),
    }


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """An archive after three crawls of a site that moves its pages, and what each asked for."""
    folder = tmp_path_factory.mktemp("moved")
    crawled = CONTACT + 'revisit = ["0s"]\npoll = ["0s", "0s"]\n'
    text = crawled + "".join(source(name, f"http://{name}.test/sitemap.xml") for name in ("moved", "sessions"))
    (folder / "broadsheet.toml").write_text(text, encoding="utf-8")
    first = {
        OLD: story("harbour"), SLUG: story("railway"), REPLACED: story("orchard"), FRONTED: story("theatre"),
        DECLARED: story("weather"), FEED: sitemap(OLD), TO_FEED: redirect(FEED), "http://moved.test/": story("town"),
        **{RING[number]: redirect(RING[number - 1]) for number in range(3)},
        **{SESSION.format(name): story("museum") for name in ("aaaa1111", "bbbb2222", "cccc3333")},
        "http://sessions.test/2026/05/04/museum-under-a-session": redirect(SESSION.format("dddd4444")),
        SESSION.format("dddd4444"): story("museum"),
    }  # fmt: skip
    second = {
        NEW: story("harbour"), OLD: redirect(NEW),
        RENAMED: story("railway", canonical=RENAMED), SLUG: redirect(RENAMED),
        ANOTHER: story("library"), REPLACED: redirect(ANOTHER),
        FRONTED: redirect("http://moved.test/"), DECLARED: story("weather", canonical=HOME),
    }  # fmt: skip
    steps = (
        first | entrances("aaaa1111"),
        second | entrances("bbbb2222", NEW),
        {HOME: story("weather", canonical=HOME)} | entrances("cccc3333", NEW, HOME),
    )
    asked = []
    with DemoServer() as server:
        for pages in steps:
            for url, page in pages.items():
                server.put(url, page)
            before = len(server.requests)
            done = crawl(folder, server)
            assert done.returncode == 0, done.stdout + done.stderr
            asked.append([f"http://{request.host}{request.path}" for request in server.requests[before:]])
    return storage.open_archive(folder / "archive"), asked


def test_an_address_keeps_its_id_where_the_new_one_is_announced_first(runs: Runs) -> None:
    archive, _ = runs
    assert events(archive, OLD)[-1] == ("unchanged", "alias")
    old, new = find(archive, OLD)[0], find(archive, NEW)[0]
    assert old is not None
    assert new is not None
    assert (old.url, new.url) == (OLD, NEW)
    assert old.id != new.id
    assert len(revisions(archive, OLD)) == 1


def test_a_redirect_to_the_same_story_is_that_article(runs: Runs) -> None:
    archive, _ = runs
    assert events(archive, SLUG)[2] == ("unchanged", "same_text")
    old, new = find(archive, SLUG)[0], find(archive, RENAMED)[0]
    assert old is not None
    assert old == new


def test_a_redirect_to_another_story_is_no_edit(runs: Runs) -> None:
    archive, _ = runs
    assert events(archive, REPLACED)[:3] == [("announced", None), ("archived", None), ("gone", "redirected_elsewhere")]
    assert events(archive, ANOTHER) == [("archived", None)]
    old, new = find(archive, REPLACED)[0], find(archive, ANOTHER)[0]
    assert old is not None
    assert new is not None
    assert (old.title, new.title) == ("The orchard stays open", "The library stays open")
    assert len(revisions(archive, REPLACED)) == 1


def test_a_redirect_to_the_front_page_is_no_edit(runs: Runs) -> None:
    archive, asked = runs
    assert events(archive, FRONTED)[2:] == [("gone", "redirected_elsewhere")]
    assert "The town stays open" not in articles(archive, "moved")
    assert "http://moved.test/" not in asked[1]


def test_addresses_that_lead_to_each_other_fail_and_rest(runs: Runs) -> None:
    archive, asked = runs
    for url in RING:
        assert events(archive, url) == [("announced", None), ("failed", "redirect_loop")]
        assert [url in run for run in asked] == [True, False, False]


def test_an_alias_of_a_page_that_is_rejected_is_rejected(runs: Runs) -> None:
    archive, asked = runs
    assert events(archive, TO_FEED)[-1] == events(archive, FEED)[-1] == ("rejected", "not_html")
    assert TO_FEED not in asked[1]


def test_an_address_that_a_known_article_declares_is_that_article(runs: Runs) -> None:
    archive, _ = runs
    one, other = find(archive, DECLARED)[0], find(archive, HOME)[0]
    assert one is not None
    assert other is not None
    assert one.id == other.id
    assert articles(archive, "moved").count("The weather stays open") == 1


def test_a_session_in_the_path_makes_no_new_article(runs: Runs) -> None:
    archive, asked = runs
    assert articles(archive, "sessions") == ["The museum stays open"]
    assert [sum("museum" in url for url in run) for run in asked] == [1, 1, 1]


def test_every_row_and_record_is_accounted_for(runs: Runs) -> None:
    assert faults(runs[0]) == []


def test_an_article_is_found_by_an_address_that_only_an_older_revision_declared(archive: Archive) -> None:
    run = begin(archive)
    run.record(capture(1), article(1, canonical_url=f"{HOST}/declared"))
    run.record(capture(1, outcome="revised", revision="r2"), article(1, revision="r2", row="20261123T120000Z-0"))
    run.finish()
    found, event = find(archive, "https://harbour.test/declared")
    assert found is not None
    assert (found.revision, event) == ("r2", None)
    assert find(archive, f"{HOST}/never") == (None, None)
