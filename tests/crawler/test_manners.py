"""What a crawl does where a host, an operator or the machine says stop."""

from __future__ import annotations

import datetime as dt
import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow.compute as pc
import pytest

import storage
from crawler import reasons
from crawler.demo import DemoServer
from crawler.demo.faults import FAULTS_HOST
from crawler.demo.resource import Resource
from crawler.progress import FATES
from storage.archive import Archive
from tests import forked

HEAD = """
[archive]
path = "archive"
{archive}
[crawl]
contact = "mailto:archive@harbour.test"
workers = 1
{crawl}
"""
SOURCE = """
[[source]]
name = "{name}"
entrances = ["http://{host}/sitemap.xml"]
{source}
"""
TOWNS = ("Halden", "Osmund", "Skarn", "Fen", "Wend", "Corley", "Bell", "Marrow", "Tarn", "Ness")
TEXT = "".join(f"<p>The ferry to {town} sailed at noon, and nobody had expected that it would.</p>" for town in TOWNS)


def page(number: int) -> str:
    head = f"<html><head><title>Ferry {number}</title></head>"
    return f"{head}<body><article><h1>Ferry {number}</h1>{TEXT}</article></body></html>"


def addresses(host: str, count: int) -> list[str]:
    return [f"http://{host}/2026/05/04/ferry-{number}" for number in range(count)]


def sitemap(urls: list[str]) -> str:
    body = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{body}</urlset>'


def publish(server: DemoServer, host: str, count: int, status: int = 200, **headers: str) -> list[str]:
    """Put a paper of ``count`` articles on the server."""
    urls = addresses(host, count)
    server.put(f"http://{host}/sitemap.xml", Resource(content=sitemap(urls), content_type="application/xml"))
    extra = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    for number, url in enumerate(urls):
        server.put(url, Resource(content=page(number), status=status, headers=extra, validators=False))
    return urls


def configure(
    folder: Path, hosts: dict[str, str], *, crawl: str = 'delay = "0s"\n', archive: str = "", source: str = ""
) -> None:
    blocks = "".join(SOURCE.format(name=name, host=host, source=source) for name, host in hosts.items())
    (folder / "broadsheet.toml").write_text(HEAD.format(archive=archive, crawl=crawl) + blocks, encoding="utf-8")


def command(folder: Path, proxy: str, *args: str) -> subprocess.Popen[str]:
    env = {**os.environ, "http_proxy": proxy}
    line = [*forked.broadsheet(), "crawl", *args]
    return subprocess.Popen(line, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def crawl(folder: Path, proxy: str, *args: str, code: int | None = 0) -> tuple[str, Archive]:
    with command(folder, proxy, *args) as process:
        out, err = process.communicate(timeout=110)
    assert code is None or process.returncode == code, out + err
    assert "Traceback" not in err
    archive = storage.open_archive(folder / "archive")
    adds_up(archive)
    return out, archive


def last(archive: Archive, source: str | None = None) -> Counter[tuple[str, str | None]]:
    """How many addresses of articles ended with which fate."""
    wanted = pc.field("kind") == "article"
    if source is not None:
        wanted &= pc.field("source") == source
    rows = archive.captures().to_table(filter=wanted).sort_by("at").to_pylist()
    return Counter({row["requested_url"]: (row["outcome"], row["reason"]) for row in rows}.values())


def adds_up(archive: Archive) -> None:
    """Every address announced in the newest run has one fate in it or rests, and every reason is documented."""
    run = archive.runs().to_table().sort_by("started_at").to_pylist()[-1]
    counts: Counter[tuple[str, str]] = Counter()
    for tally in run["tallies"]:
        counts[tally["source"], tally["outcome"]] += tally["count"]
        if tally["outcome"] in FATES and tally["reason"] is not None:
            assert reasons.explain(tally["reason"]) is not None, tally
    for source in {source for source, _ in counts}:
        settled = sum(counts[source, fate] for fate in FATES)
        assert counts[source, "announced"] == settled + counts[source, "resting"], (source, counts)
    assert ("announced", None) not in last(archive)


def asked(server: DemoServer, host: str) -> list[str]:
    return [request.path for request in server.requests if request.host == host]


@pytest.mark.parametrize("value", ["3600", "date"])
def test_retry_after_holds_the_host_back_across_runs(value: str, demo_server: DemoServer, tmp_path: Path) -> None:
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    told = value if value.isdigit() else f"{later:%a, %d %b %Y %H:%M:%S} GMT"
    publish(demo_server, "busy.test", 5, status=429, Retry_After=told)
    publish(demo_server, "calm.test", 2)
    configure(tmp_path, {"busy": "busy.test", "calm": "calm.test"})
    _, archive = crawl(tmp_path, demo_server.proxy_url)
    assert last(archive, "busy") == {("failed", "http_429"): 1, ("deferred", "retry_after"): 4}
    assert last(archive, "calm") == {("archived", None): 2}
    assert len([path for path in asked(demo_server, "busy.test") if "ferry" in path]) == 1
    (row,) = (
        archive.captures()
        .to_table(filter=pc.field("reason") == "retry_after")
        .filter(pc.field("kind") == "robots")
        .to_pylist()
    )
    assert abs((row["not_before"] - later).total_seconds()) < 60
    publish(demo_server, "busy.test", 5)
    before = len(demo_server.requests)
    crawl(tmp_path, demo_server.proxy_url, "--now")
    assert {request.host for request in demo_server.requests[before:]} == {"calm.test"}


def test_a_short_retry_after_holds_the_whole_host_within_the_run(demo_server: DemoServer, tmp_path: Path) -> None:
    urls = publish(demo_server, "busy.test", 3)
    busy = Resource(content="later", status=503, headers=(("Retry-After", "3"),), validators=False)
    demo_server.put(urls[0], busy)
    configure(tmp_path, {"busy": "busy.test"}, crawl='delay = "0s"\nretries = 0\n')
    began = time.monotonic()
    _, archive = crawl(tmp_path, demo_server.proxy_url)
    assert time.monotonic() - began > 3
    assert last(archive) == {("failed", "http_503"): 1, ("archived", None): 2}


def test_a_host_that_answers_only_errors_is_left_alone(demo_server: DemoServer, tmp_path: Path) -> None:
    publish(demo_server, "ill.test", 20, status=500)
    configure(tmp_path, {"ill": "ill.test"}, crawl='delay = "0s"\nmax_delay = "0s"\nretries = 0\n')
    _, archive = crawl(tmp_path, demo_server.proxy_url)
    assert last(archive) == {("failed", "http_500"): 6, ("deferred", "host_errors"): 14}


BUDGETS = {
    "limit": ({}, ("--limit", "3"), "limit", 3),
    "pages": ({"crawl": "budget_pages = 3\n"}, (), "budget_pages", 3),
    "a source's pages": ({"source": "budget_pages = 3\n"}, (), "budget_pages", 3),
    # A page is some 250 bytes on the wire.
    "bytes": ({}, ("--budget-bytes", "1 kB"), "budget_bytes", 6),
    "a source's bytes": ({"source": 'budget_bytes = "1 kB"\n'}, (), "budget_bytes", 6),
}


@pytest.mark.parametrize("case", BUDGETS)
def test_what_exceeds_the_budget_is_deferred_and_the_next_run_goes_on(
    case: str, demo_server: DemoServer, tmp_path: Path
) -> None:
    keys, args, reason, most = BUDGETS[case]
    publish(demo_server, "paper.test", 12)
    crawl_keys = 'delay = "0s"\n' + keys.get("crawl", "")
    configure(tmp_path, {"paper": "paper.test"}, crawl=crawl_keys, source=keys.get("source", ""))
    _, archive = crawl(tmp_path, demo_server.proxy_url, *args, code=None)
    found = last(archive)
    assert set(found) <= {("archived", None), ("deferred", reason)}
    assert 0 < found["archived", None] <= most
    assert found["deferred", reason] == 12 - found["archived", None]
    configure(tmp_path, {"paper": "paper.test"})
    _, archive = crawl(tmp_path, demo_server.proxy_url, "--now")
    assert last(archive) == {("archived", None): 12}


def test_a_run_ends_when_its_time_is_up(demo_server: DemoServer, tmp_path: Path) -> None:
    publish(demo_server, "paper.test", 50)
    configure(tmp_path, {"paper": "paper.test"}, crawl='delay = "1s"\n')
    began = time.monotonic()
    _, archive = crawl(tmp_path, demo_server.proxy_url, "--budget-time", "5s")
    assert time.monotonic() - began < 30
    found = last(archive)
    assert found["archived", None] > 0
    assert found["deferred", "budget_time"] == 50 - found["archived", None]


class _Silent(socketserver.BaseRequestHandler):
    """Takes a request for an article and never answers; anything else is answered at once."""

    def handle(self) -> None:
        request = self.request.recv(65536).decode("latin-1")
        if "ferry" in request:
            self.server.waiting.append(request)  # type: ignore[attr-defined]
            time.sleep(60)
        host = request.split("/")[2]
        body = sitemap(addresses(host, 100)) if "sitemap.xml" in request else ""
        status = "200 OK" if body else "404 Not Found"
        head = f"Content-Type: application/xml\r\nContent-Length: {len(body)}\r\nConnection: close"
        self.request.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n\r\n{body}".encode())


class _Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


@pytest.fixture
def silent() -> Iterator[_Proxy]:
    """A proxy behind which every host announces a hundred articles and answers for none."""
    with _Proxy(("127.0.0.1", 0), _Silent) as server:
        server.waiting = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_signal_ends_a_run_within_ten_seconds_whatever_the_servers_do(
    stop: signal.Signals, silent: _Proxy, tmp_path: Path
) -> None:
    hosts = {f"paper-{number}": f"paper-{number}.test" for number in range(10)}
    configure(tmp_path, hosts, crawl='delay = "0s"\ntimeout = "60s"\n')
    with command(tmp_path, f"http://127.0.0.1:{silent.server_address[1]}") as process:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and len(silent.waiting) < 10:  # type: ignore[attr-defined]
            time.sleep(0.1)
        began = time.monotonic()
        process.send_signal(stop)
        out, err = process.communicate(timeout=60)
    elapsed = time.monotonic() - began
    assert process.returncode == 3, out + err
    assert "Traceback" not in err
    assert elapsed < 10
    archive = storage.open_archive(tmp_path / "archive")
    adds_up(archive)
    assert last(archive) == {("deferred", "stopped"): 1000}
    assert [run["outcome"] for run in archive.runs().to_table().to_pylist()] == ["stopped"]


@pytest.mark.parametrize("where", ["crawler.config.load", "pipelines.history.History.load"])
def test_a_signal_before_the_crawl_begins_ends_it_cleanly(where: str, tmp_path: Path) -> None:
    configure(tmp_path, {"paper": "paper.test"})
    module, _, name = where.rpartition(".")
    owner, _, cls = module.rpartition(".")
    target = module if cls.islower() else owner
    late = f"""
import importlib, os, signal, time
def stop(*args, **kwargs):
    print("there", flush=True)
    # One long sleep would not see a signal that comes the moment before it begins.
    for _ in range(600):
        time.sleep(0.1)
if __name__ == "__main__":
    from crawler import cli
    from crawler.cli import crawling
    owner = crawling if {target!r} == "crawler.config" else importlib.import_module({target!r}).{cls}
    setattr(owner, {name!r}, stop)
    cli.main(["crawl"], prog_name="broadsheet")
"""
    (tmp_path / "late.py").write_text(late, encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    line = [sys.executable, "late.py"]
    with subprocess.Popen(
        line, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 3, err
    assert err == "broadsheet: stopped before the crawl began; nothing was asked\n"


def test_no_option_hides_who_asks(tmp_path: Path) -> None:
    configure(tmp_path, {"paper": "paper.test"})
    with command(tmp_path, "http://127.0.0.1:9", "-s", "USER_AGENT=Somebody/1") as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "[crawl] contact" in err


def test_too_little_room_on_the_disk_starts_no_run(demo_server: DemoServer, tmp_path: Path) -> None:
    configure(tmp_path, {"paper": "paper.test"}, archive='min_free = "900 TB"\n')
    with command(tmp_path, demo_server.proxy_url) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "min_free" in err
    assert len(err.strip().splitlines()) == 1
    assert not demo_server.requests


FULL = """
import shutil
from crawler import provenance
real, calls = shutil.disk_usage, []
def usage(path):
    calls.append(path)
    found = real(path)
    return found if len(calls) < 3 else found._replace(free=1000)
if __name__ == "__main__":
    provenance.shutil.disk_usage = usage
    from crawler.cli import main
    main(["crawl"], prog_name="broadsheet")
"""


def test_a_disk_that_fills_ends_the_run_cleanly(demo_server: DemoServer, tmp_path: Path) -> None:
    publish(demo_server, "paper.test", 50)
    configure(tmp_path, {"paper": "paper.test"}, crawl='delay = "1s"\n')
    (tmp_path / "full.py").write_text(FULL, encoding="utf-8")
    env = {**os.environ, "http_proxy": demo_server.proxy_url, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "full.py"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=110
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert "min_free" in done.stdout
    archive = storage.open_archive(tmp_path / "archive")
    adds_up(archive)
    found = last(archive)
    assert found["deferred", "disk_full"] > 30
    assert found["archived", None] + found["deferred", "disk_full"] == 50


def test_every_fault_has_a_fate(demo_server: DemoServer, tmp_path: Path) -> None:
    blocks = f'\n[[source]]\nname = "faults"\nentrances = ["http://{FAULTS_HOST}/feed.xml"]\n'
    crawl_keys = 'delay = "0s"\nmax_delay = "0s"\nretries = 0\ntimeout = "4s"\nmax_page = "2 MB"\n'
    (tmp_path / "broadsheet.toml").write_text(HEAD.format(archive="", crawl=crawl_keys) + blocks, encoding="utf-8")
    _, archive = crawl(tmp_path, demo_server.proxy_url, code=None)
    found = last(archive)
    assert sum(found.values()) > 20
    assert {outcome for outcome, _ in found} >= {"archived", "failed", "rejected"}
    for outcome, reason in found:
        assert outcome in FATES
        assert reason is None or reasons.explain(reason) is not None, reason


def test_scrapy_says_an_operators_mistake_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text('[crawl]\ncontact = ""\n', encoding="utf-8")
    project = Path(__file__).parents[2]
    line = [sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"config={tmp_path / 'wrong.toml'}", "-L", "WARNING"]
    done = subprocess.run(line, cwd=project, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "contact" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


@pytest.mark.extras
def test_a_source_whose_time_is_up_holds_nobody_up(demo_server: DemoServer, tmp_path: Path) -> None:
    publish(demo_server, "slow.test", 50)
    publish(demo_server, "paper.test", 8)
    configure(tmp_path, {"slow": "slow.test"}, crawl='delay = "1s"\n', source='delay = "4s"\nbudget_time = "14s"\n')
    with (tmp_path / "broadsheet.toml").open("a", encoding="utf-8") as file:
        file.write(SOURCE.format(name="paper", host="paper.test", source=""))
    began = time.monotonic()
    _, archive = crawl(tmp_path, demo_server.proxy_url)
    # Its pages alone take 200 seconds.
    assert time.monotonic() - began < 150
    assert last(archive, "paper") == {("archived", None): 8}
    assert last(archive, "slow")["deferred", "budget_time"] >= 45
