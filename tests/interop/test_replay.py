"""Another program, pywb, replays the archived pages, and a browser shows them as they were served.

pywb has a virtual environment of its own (``make replay``): a package that it needs takes the place of our brotli.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import storage
from crawler import browser
from crawler.demo import PAPERS, SHOWCASE_URL, DemoArticle, DemoServer, articles, demo_config_toml
from storage import warc
from storage.warc import StoredResponse
from tests.crash.harness import hurry

if TYPE_CHECKING:
    from playwright.sync_api import Page

BROADSHEET = (sys.executable, "-c", "from crawler.cli import main; main(prog_name='broadsheet')")
PROGRAMS = Path(sys.prefix) / "replay" / "bin"
HERE = "127.0.0.1"

pytestmark = pytest.mark.extras


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of two crawls of the demo newspapers; the second one met most pages unchanged."""
    folder = tmp_path_factory.mktemp("replayed")
    config = re.sub("^delay = .*\n", "", demo_config_toml("archive"), flags=re.MULTILINE)
    config = config.replace("[crawl]\n", '[crawl]\nrevisit = ["0s"]\ndelay = "0s"\n')
    (folder / "broadsheet.toml").write_text(config, encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    with DemoServer() as server:
        hurry(server)
        for _ in range(2):
            subprocess.run(
                [*BROADSHEET, "crawl"],
                cwd=folder,
                env=env | {"http_proxy": server.proxy_url},
                capture_output=True,
                check=True,
                timeout=100,
            )
    return folder / "archive"


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((HERE, port), timeout=1):
        return True
    return False


@pytest.fixture(scope="module")
def replay(archived: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a pywb on loopback that replays the archive's segments as they are."""
    if not (PROGRAMS / "wayback").exists():
        pytest.fail(f"there is no pywb in {PROGRAMS.parent}; `make replay` installs it")
    folder = tmp_path_factory.mktemp("pywb")
    manager = [str(PROGRAMS / "wb-manager")]
    subprocess.run([*manager, "init", "demo"], cwd=folder, check=True, capture_output=True, timeout=60)
    # Else every page is shown in a frame of pywb's own.
    (folder / "config.yaml").write_text("framed_replay: false\n", encoding="utf-8")
    segments = [str(archived / "warc" / name) for name in warc.segments(archived / "warc")]
    subprocess.run([*manager, "add", "demo", *segments], cwd=folder, check=True, capture_output=True, timeout=60)
    # As docs/reading.md tells: pywb answers a 304 for one, and the browser shows nothing.
    index = folder / "collections" / "demo" / "indexes" / "index.cdxj"
    lines = index.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if '"warc/revisit", "length"' not in line]
    assert len(lines) > len(kept) > 40
    index.write_text("".join(kept), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        port = probe.getsockname()[1]
    log = folder / "log"
    with log.open("wb") as said:
        command = [str(PROGRAMS / "wayback"), "--bind", HERE, "--port", str(port)]
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
        try:
            until = time.monotonic() + 60
            while not answers(port):
                assert process.poll() is None, log.read_text(encoding="utf-8")
                assert time.monotonic() < until, "pywb did not begin to answer"
                time.sleep(0.1)
            yield f"http://{HERE}:{port}/demo"
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="module")
def window(replay: str) -> Iterator[Page]:
    """A window of a headless Chromium that reaches pywb and nothing else."""
    assert browser.missing() is None, browser.INSTALL
    from playwright.sync_api import Request, sync_playwright

    place = urllib.parse.urlsplit(replay).netloc
    strange: list[str] = []

    def note(request: Request) -> None:
        parts = urllib.parse.urlsplit(request.url)
        if parts.scheme.startswith("http") and parts.netloc != place:
            strange.append(request.url)

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser.executable(),
            args=[
                f"--proxy-server=http://{place}",
                "--proxy-bypass-list=127.0.0.1",
                "--disable-gpu",
                "--disable-dev-shm-usage",
            ],
            chromium_sandbox=os.geteuid() != 0,
        )
        page = chromium.new_page(service_workers="block")
        page.on("request", note)
        yield page
        chromium.close()
    assert strange == [], "a replayed page asked for something that is not the archive's"


def one_of_each_paper() -> list[DemoArticle]:
    """The showcase, and one article of every other paper: eight languages, three encodings."""
    first = {article.paper: article for article in reversed(articles())}
    return [*(a for a in articles() if a.url == SHOWCASE_URL), *(first[paper] for paper in first)]


def test_every_paper_has_a_page_here() -> None:
    assert len({article.url for article in one_of_each_paper()}) >= len(PAPERS) - 1
    assert {article.charset for article in one_of_each_paper()} == {"utf-8", "windows-1252", "shift_jis"}


@pytest.mark.parametrize("article", one_of_each_paper(), ids=lambda article: article.paper)
def test_an_archived_page_shows_its_headline(replay: str, window: Page, article: DemoArticle) -> None:
    answer = window.goto(f"{replay}/{article.url}", wait_until="domcontentloaded", timeout=60_000)
    assert answer is not None
    assert answer.status == 200
    # Not h1: one of the papers sets its headlines in <b>.
    headline = window.locator("body").get_by_text(article.title, exact=True).first
    headline.wait_for(state="visible", timeout=20_000)
    seen = " ".join(window.locator("body").inner_text().split())
    assert " ".join(article.body[0].split())[:60] in seen


def test_every_record_that_is_a_page_is_served_as_it_came(replay: str, archived: Path) -> None:
    """Each capture is asked for by its own instant, without pywb's rewriting."""
    import urllib.request

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.addheaders = [("Accept-Encoding", "gzip, deflate, br, zstd")]
    archive = storage.open_archive(archived)
    seen, revisits = 0, 0
    for name in warc.segments(archive.warc):
        for record in warc.scan(archive.warc / name, root=archive.warc):
            if not isinstance(record, StoredResponse) or record.status != 200:
                continue
            address = f"{replay}/{record.fetched_at:%Y%m%d%H%M%S}id_/{record.url}"
            with opener.open(address, timeout=60) as answer:
                assert answer.status == 200
                assert answer.read() == record.payload, record.url
            seen += 1
            revisits += record.original is not None
    assert seen > 40
    assert revisits > 0, "the second crawl met no page that stood in the log already"
