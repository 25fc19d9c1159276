"""What a crawl's parts cost a page, each alone: ``parts.py PART PORT FOLDER PAPERS ARTICLES``.

PART is ``fetch`` (a bare Scrapy spider), ``extract`` (``process``) or ``keep`` (WARC and commit). Prints the
milliseconds of processor time a page.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import gzip
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from saved import url_of  # noqa: E402

BATCH = 500
"""As ``[archive] batch_pages`` is where nothing is said."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is fetched, from where: ``folder`` has the pages, gzipped."""

    port: int
    folder: Path
    papers: int
    articles: int


def fetch(load: Load) -> float:
    """Fetch every article with a spider that does nothing else."""
    import scrapy
    from scrapy.crawler import CrawlerProcess

    seen = {"pages": 0, "seconds": 0.0}

    class Bare(scrapy.Spider):
        name = "bare"

        async def start(self) -> Any:
            seen["seconds"] = -time.process_time()
            for number in range(load.articles):
                yield scrapy.Request(url_of(number, load.papers), meta={"proxy": f"http://127.0.0.1:{load.port}"})

        def parse(self, response: Any) -> None:
            seen["pages"] += bool(response.body)

        def closed(self, reason: str) -> None:
            seen[reason] = 0
            seen["seconds"] += time.process_time()

    process = CrawlerProcess(
        {
            "LOG_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "DOWNLOAD_DELAY": 0,
            "CONCURRENT_REQUESTS": 32,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "ROBOTSTXT_OBEY": False,
        }
    )
    process.crawl(Bare)
    process.start()
    if seen["pages"] != load.articles or "finished" not in seen:
        raise SystemExit(f"the bare spider got {seen['pages']} of {load.articles} pages")
    return seen["seconds"] / load.articles


def bodies(folder: Path, articles: int) -> Iterator[tuple[int, bytes]]:
    """The articles' numbers and payloads as they go over the wire."""
    saved = [path.read_bytes() for path in sorted(folder.iterdir())]
    for number in range(articles):
        yield number, saved[number % len(saved)]


def extract(load: Load) -> float:
    """Process every page once."""
    from pipelines.process import process
    from pipelines.warmup import warm
    from storage.records import Page

    warm()
    now, spent, pages = dt.datetime.now(dt.UTC), 0.0, 0
    for number, body in bodies(load.folder, min(load.articles, len(list(load.folder.iterdir())))):
        page = Page(url=url_of(number, load.papers), body=gzip.decompress(body), fetched_at=now)
        begun = time.process_time()
        process(page)
        spent += time.process_time() - begun
        pages += 1
    return spent / pages


def keep(load: Load) -> float:
    """Write every page into a WARC, and its rows into the tables, as a crawl does."""
    from pipelines.process import process
    from storage.archive import Archive
    from storage.records import Article, Capture, Page
    from storage.warc import CaptureInfo, Exchange

    now = dt.datetime.now(dt.UTC)
    found: dict[int, Article] = {}
    count = len(list(load.folder.iterdir()))
    for number, body in bodies(load.folder, count):
        read = process(Page(url=url_of(number, load.papers), body=gzip.decompress(body), fetched_at=now))
        if isinstance(read, Article):
            found[number] = read
    with tempfile.TemporaryDirectory() as name:
        run = Archive.create(Path(name) / "archive").begin("crawl", software="bench")
        begun = time.process_time()
        for number, body in bodies(load.folder, load.articles):
            url, source = url_of(number, load.papers), f"paper-{number % load.papers}"
            written = run.write(
                Exchange(
                    url=url,
                    fetched_at=now,
                    status=200,
                    request_headers=(("Accept-Encoding", "gzip"),),
                    response_headers=(("Content-Type", "text/html"), ("Content-Encoding", "gzip")),
                    payload=body,
                    info=CaptureInfo(kind="article", source=source, requested_url=url),
                )
            )
            article = found.get(number % count)
            where = written.position
            run.record(
                Capture(
                    kind="article",
                    source=source,
                    requested_url=url,
                    url=url,
                    at=now,
                    outcome="archived",
                    status=200,
                    payload_digest=written.payload_digest,
                    warc_file=where.file,
                    warc_offset=where.offset,
                    warc_length=where.length,
                ),
                None
                if article is None
                else dataclasses.replace(
                    article,
                    row=f"{number:032x}",
                    id=f"{number:032x}",
                    source=source,
                    warc_file=where.file,
                    warc_offset=where.offset,
                    warc_length=where.length,
                ),
            )
            if number % BATCH == BATCH - 1:
                run.commit(run.take())
        run.commit(run.take())
        spent = time.process_time() - begun
        run.finish()
    return spent / load.articles


if __name__ == "__main__":
    part = {"fetch": fetch, "extract": extract, "keep": keep}[sys.argv[1]]
    port, name, papers, articles = sys.argv[2:6]
    cost = part(Load(port=int(port), folder=Path(name), papers=int(papers), articles=int(articles)))
    print(f"{cost * 1e3:.3f}")
    sys.stdout.flush()
    os._exit(0)
