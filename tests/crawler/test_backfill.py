"""Going back: the articles of given days, through sitemaps, archives and further pages, in order, and no further."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

import storage
from crawler.demo import DemoServer, Resource
from tests.crawler.test_crawl_edges import CONTACT, crawl, index, story

HOST = "http://old.test"
SOURCE = f'[[source]]\nname = "old"\nentrances = ["{HOST}/", "{HOST}/sitemap-index.xml"]\n'
IN_RANGE = ("2019/02/28/ferry", "2019/03/07/harbour", "2019/03/06/railway", "2019/03/05/orchard", "2019/03/04/library")
SITEMAP_ONLY = "story-of-a-very-long-winter-4711001"
OUTSIDE = ("2018/12/31/theatre", "2020/01/01/weather", "2026/11/20/bridge")


def said(path: str) -> str:
    """The text of a link: a headline where it leads to an article."""
    return f"The {path.rpartition('/')[2]} committee met again last night" if path in (*IN_RANGE, *OUTSIDE) else path


def page(*paths: str) -> Resource:
    return Resource(
        content="<body>" + "".join(f'<p><a href="/{path}">{said(path)}</a></p>' for path in paths) + "</body>"
    )


def urlset(*rows: tuple[str, str]) -> Resource:
    text = "".join(f"<url><loc>{HOST}/{path}</loc><lastmod>{day}</lastmod></url>" for path, day in rows)
    return Resource(content=f"<urlset>{text}</urlset>", content_type="application/xml")


@pytest.fixture
def server() -> Iterator[DemoServer]:
    numbers = count()
    with DemoServer() as server:
        for path in (*IN_RANGE, *OUTSIDE, SITEMAP_ONLY):
            server.put(f"{HOST}/{path}", story(path.rpartition("/")[2].replace("-", " ")))
        server.put(f"{HOST}/robots.txt", Resource(content="", content_type="text/plain"))
        server.put(f"{HOST}/", page("2026/11/20/bridge", "archive/", "politics/"))
        server.put(
            f"{HOST}/archive/", page("2018/", "2019/", "2020/", *(f"calendar/2019/03/?sid=s{n}x" for n in range(60)))
        )
        server.put(f"{HOST}/2019/", page("2019/02/", "2019/03/", "2020/"))
        server.put(f"{HOST}/2019/02/", page("2019/02/28/ferry"))
        server.put(f"{HOST}/2019/03/", page("2019/03/07/harbour", "2019/03/06/railway", "2019/03/page/2/"))
        server.put(f"{HOST}/2019/03/page/2/", page("2019/03/05/orchard", "2019/03/page/3/"))
        # From here on the list repeats itself for ever.
        for number in range(3, 9):
            server.put(f"{HOST}/2019/03/page/{number}/", page("2019/03/05/orchard", f"2019/03/page/{number + 1}/"))
        trap = page("2019/03/04/library", *(f"calendar/2019/03/?sid=t{next(numbers)}x" for _ in range(60)))
        server.put(f"{HOST}/calendar/2019/03/", trap)
        children = (f"{HOST}/sitemap-{year}.xml" for year in (2018, 2019, 2020))
        server.put(f"{HOST}/sitemap-index.xml", index(*children))
        server.put(f"{HOST}/sitemap-2019.xml", urlset((SITEMAP_ONLY, "2021-05-05")))
        server.put(f"{HOST}/sitemap-2018.xml", urlset((OUTSIDE[0], "2018-12-31")))
        server.put(f"{HOST}/sitemap-2020.xml", urlset((OUTSIDE[1], "2020-01-01")))
        yield server


def asked(server: DemoServer) -> list[str]:
    return [request.path.removeprefix("/") for request in server.requests]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "broadsheet.toml").write_text(CONTACT + SOURCE)
    return tmp_path


YEAR = ("--since", "2019-01-01", "--until", "2019-12-31")


def test_a_year_comes_back_and_nothing_else(folder: Path, server: DemoServer) -> None:
    done = crawl(folder, server, *YEAR)
    assert done.returncode == 0, done.stdout + done.stderr
    paths = asked(server)
    assert {*IN_RANGE, SITEMAP_ONLY} <= set(paths)
    assert not set(OUTSIDE) & set(paths)
    lists = {"2018/", "2020/", "sitemap-2018.xml", "sitemap-2020.xml", "politics/"}
    assert not lists & set(paths), "lists of other days were opened"
    assert "2019/03/page/3/" in paths, "the page that shows that there is no more"
    assert "2019/03/page/4/" not in paths, "a list that repeats itself was followed"
    assert sum(path.startswith("calendar/") for path in paths) == 20, "a calendar with session ids has an end"
    assert "not of the days asked for" in done.stdout
    assert storage.open_archive(folder / "archive").articles().count_rows() == len(IN_RANGE) + 1


@pytest.mark.parametrize("oldest_first", [False, True])
def test_the_order_is_by_day(folder: Path, server: DemoServer, oldest_first: bool) -> None:
    (folder / "broadsheet.toml").write_text(CONTACT + SOURCE.replace(f', "{HOST}/sitemap-index.xml"', ""))
    crawl(folder, server, *YEAR, *(("--oldest-first",) if oldest_first else ()))
    months = [path[:7] for path in asked(server) if path in IN_RANGE]
    assert sorted(set(months)) == ["2019/02", "2019/03"]
    assert months == sorted(months, reverse=not oldest_first)
    opened = [path for path in asked(server) if path in (*IN_RANGE, "2019/02/", "2019/03/")]
    last = "2019/03/" if oldest_first else "2019/02/"
    assert opened.index(last) > 1, "a month is opened when the one before it is emptied"


def test_it_goes_on_where_it_was_stopped(folder: Path, server: DemoServer) -> None:
    crawl(folder, server, *YEAR, "--limit", "2")
    before = len(server.requests)
    done = crawl(folder, server, *YEAR)
    paths = asked(server)[before:]
    assert done.returncode == 0, done.stdout + done.stderr
    over = {"2019/03/", "2019/02/", "2019/", "sitemap-2019.xml"}
    assert not over & set(paths), "lists of days that are over were asked for again"
    articles = [path for path in asked(server) if path in (*IN_RANGE, SITEMAP_ONLY)]
    assert sorted(articles) == sorted({*IN_RANGE, SITEMAP_ONLY}), "each article once, over both runs"


def test_what_an_earlier_run_left_over_is_fetched_only_where_it_is_of_the_days(
    folder: Path, server: DemoServer
) -> None:
    crawl(folder, server, "--limit", "0")
    assert not set(OUTSIDE) & set(asked(server))
    for since, wanted in (("2030-01-01", set()), ("2026-11-01", {"2026/11/20/bridge"})):
        before = len(server.requests)
        done = crawl(folder, server, "--since", since)
        assert done.returncode == 0, done.stdout + done.stderr
        assert set(asked(server)[before:]) & {*OUTSIDE, *IN_RANGE} == wanted


def test_a_crawl_after_a_backfill_misses_nothing(folder: Path, server: DemoServer) -> None:
    crawl(folder, server, *YEAR)
    done = crawl(folder, server)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2026/11/20/bridge" in asked(server), "what the backfill left out of an unchanged front page"


@pytest.mark.parametrize(
    ("options", "needle"),
    [
        (("--since", "2019-13-01"), "write YYYY-MM-DD"),
        (("--since", "2020-01-01", "--until", "2019-01-01"), "before --since"),
        (("--oldest-first",), "--since"),
    ],
)
def test_days_that_make_no_sense(folder: Path, server: DemoServer, options: tuple[str, ...], needle: str) -> None:
    done = crawl(folder, server, *options)
    assert done.returncode == 2
    assert needle in done.stderr
