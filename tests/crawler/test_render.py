"""Pages that need JavaScript: drawn in a browser that is shut in, and kept beside what was sent."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.compute as pc
import pytest

import storage
from crawler import browser
from crawler.config import parse
from crawler.demo import DemoServer, Resource, rendered_articles
from pipelines.decoding import Decoded
from pipelines.pages import content_of
from storage import warc
from storage.archive import Archive
from storage.recovery import position
from storage.schema import captures_from_arrow
from storage.warc import StoredResponse

COMMAND = (sys.executable, "-c", "from crawler.cli import main; main(prog_name='broadsheet')", "crawl")
SITEMAP = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{}</loc></url></urlset>'
CONFIG = """
[archive]
path = "archive"
[crawl]
contact = "mailto:a@render.test"
workers = 1
delay = "0s"
retries = 0
[[source]]
name = "courier"
entrances = ["{}"]
render = true
"""


def test_without_a_browser_the_source_is_disabled_and_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "executable", lambda: None)
    (disabled,) = parse(CONFIG.format("http://courier.test/sitemap.xml"), Path("broadsheet.toml")).disabled
    assert "apt-get install chromium" in str(disabled.error)
    assert "broadsheet[browser]" in str(disabled.error)


def test_without_the_extra_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert "extra [browser]" in (browser.missing() or "")


def crawl(folder: Path, server: DemoServer, entrance: str) -> subprocess.CompletedProcess[str]:
    (folder / "broadsheet.toml").write_text(CONFIG.format(entrance), encoding="utf-8")
    env = {**os.environ, "http_proxy": server.proxy_url}
    return subprocess.run(COMMAND, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=100)


def records(archive: Archive) -> list[StoredResponse]:
    found = [one for name in warc.segments(archive.warc) for one in warc.scan(archive.warc / name, root=archive.warc)]
    assert all(isinstance(one, StoredResponse) for one in found)
    return [one for one in found if isinstance(one, StoredResponse)]


@pytest.mark.extras
def test_a_page_that_is_empty_without_javascript_is_archived(tmp_path: Path) -> None:
    (article,) = rendered_articles()
    with DemoServer() as server:
        server.put("http://courier.test/shells.xml", Resource(content=SITEMAP.format(article.url)))
        done = crawl(tmp_path, server, "http://courier.test/shells.xml")
        asked = [request.path for request in server.requests]
    assert done.returncode == 0, done.stdout + done.stderr
    archive = storage.open_archive(tmp_path / "archive")
    (row,) = archive.articles().to_table(["title", "body", "warc_file", "warc_offset", "warc_length"]).to_pylist()
    assert row["title"] == article.title
    assert all(paragraph.split("\n")[0][:40] in row["body"] for paragraph in article.body)
    # Both stand in the WARC: what was sent, and what became of it, which is the one that the rows name.
    raw, drawn = [one for one in records(archive) if one.url == article.url]
    sent = content_of(raw)
    assert isinstance(sent, Decoded)
    assert b'<div id="app"' in sent.body
    assert article.title.encode() not in sent.body
    assert article.title.encode() in drawn.payload
    assert row["warc_offset"] == drawn.position.offset
    assert drawn.response_headers[0] == ("Content-Type", "text/html; charset=utf-8")
    # The page was asked for once, with what its script wants, and without pictures and style.
    assert asked.count(article.url.removeprefix("http://courier.test")) == 1
    assert "/static/app.js" in asked
    assert "/static/style.css" not in asked


PAGE = """<!doctype html><html lang="en"><head><title>The lock keeps its keeper</title>
<link rel="canonical" href="http://courier.test/2026/05/04/lock"></head>
<body><article><h1>The lock keeps its keeper</h1><div id="text"></div></article>
<img src="/picture.png"><video src="/film.mp4"></video><iframe src="/frame.html"></iframe>
<script>
const done = [];
async function ask(name, url, options) {{
  try {{ const answer = await fetch(url, options); done.push(name + " " + answer.status); }}
  catch (error) {{ done.push(name + " stopped"); }}
}}
(async () => {{
  await ask("own", "/open.json");
  await ask("disallowed", "/internal/secret.json");
  await ask("loopback", "http://127.0.0.1:{port}/loopback.json");
  await ask("hexadecimal", "http://0x7f.1:{port}/hexadecimal.json");
  await ask("redirected", "/to-loopback.json");
  await ask("posted", "/posted.json", {{method: "POST", body: "x"}});
  await new Promise(ready => {{
    const socket = new WebSocket("ws://127.0.0.1:{port}/socket");
    socket.onerror = socket.onclose = ready;
  }});
  window.open("/popup.html");
  for (let day = 1; day < 9; day++) {{
    const line = document.createElement("p");
    line.textContent = "On day " + day + " the keeper of the lock raised the water " + day + " times, and wrote down " +
      "every barge that passed, its cargo, and the name of whoever stood at the tiller, as is the custom there.";
    document.getElementById("text").append(line);
  }}
  const list = document.createElement("p");
  list.id = "done";
  list.textContent = "The register of the day says: " + done.join("; ") + ".";
  document.getElementById("text").append(list);
  location.href = "http://127.0.0.1:{port}/elsewhere.html";
}})();
</script></body></html>"""


@pytest.mark.extras
def test_what_scripts_ask_for_passes_guard_and_robots_and_nothing_else_leaves(tmp_path: Path) -> None:
    with DemoServer() as server:
        url = "http://courier.test/2026/05/04/lock"
        server.put(url, Resource(content=PAGE.format(port=server.port)))
        server.put("http://courier.test/robots.txt", Resource(content="User-agent: *\nDisallow: /internal/\n"))
        for path in ("/open.json", "/internal/secret.json", "/posted.json"):
            server.put(f"http://courier.test{path}", Resource(content="{}", content_type="application/json"))
        moved = Resource(content="", status=302, headers=(("Location", f"http://127.0.0.1:{server.port}/moved.json"),))
        server.put("http://courier.test/to-loopback.json", moved)
        server.put("http://courier.test/shells.xml", Resource(content=SITEMAP.format(url)))
        done = crawl(tmp_path, server, "http://courier.test/shells.xml")
        asked = {(request.method, request.path) for request in server.requests}
    assert done.returncode == 0, done.stdout + done.stderr
    assert asked == {
        ("GET", "/robots.txt"),
        ("GET", "/.well-known/tdmrep.json"),
        ("GET", "/shells.xml"),
        ("GET", "/2026/05/04/lock"),
        ("GET", "/open.json"),
        ("GET", "/to-loopback.json"),
    }
    (row,) = storage.open_archive(tmp_path / "archive").articles().to_table(["body"]).to_pylist()
    assert (
        "own 200; disallowed stopped; loopback stopped; hexadecimal stopped; redirected stopped; posted stopped"
        in row["body"]
    )


@pytest.mark.extras
def test_a_page_whose_script_never_ends_is_given_up_when_its_time_is_up(tmp_path: Path) -> None:
    url = "http://courier.test/2026/05/04/endless"
    page = "<html lang=en><body><article><h1>The ferry leaves late</h1></article><script>for (;;) {}</script>"
    with DemoServer() as server:
        server.put(url, Resource(content=page))
        server.put("http://courier.test/shells.xml", Resource(content=SITEMAP.format(url)))
        config = CONFIG.replace("retries = 0", 'retries = 0\nrender_timeout = "2s"')
        (tmp_path / "broadsheet.toml").write_text(config.format("http://courier.test/shells.xml"), encoding="utf-8")
        env = {**os.environ, "http_proxy": server.proxy_url}
        done = subprocess.run(
            COMMAND, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=150
        )  # fmt: skip
    archive = storage.open_archive(tmp_path / "archive")
    events = captures_from_arrow(
        archive.captures().to_table(filter=(pc.field("kind") == "article") & (pc.field("outcome") != "announced"))
    )
    assert [(event.outcome, event.reason) for event in events] == [("failed", "render_failed")], done.stderr
    assert events[0].not_before is not None
    assert position(events[0]) is None


RESERVING = """<!doctype html><html lang="en"><head><title>The mole</title></head><body><div id="app"></div><script>
const words = ["Drawn", "and", "reserved"].join(" ");
const meta = document.createElement("meta"); meta.name = "robots"; meta.content = "noai"; document.head.append(meta);
document.body.innerHTML = "<article><h1>The mole is mended</h1>" + ("<p>" + words + ": at ten the harbour master " +
  "walked the mole from end to end, counted its stones, and wrote the figure down.</p>").repeat(9) + "</article>";
</script></body></html>"""


@pytest.mark.extras
def test_a_document_that_reserves_once_it_is_drawn_is_not_kept(tmp_path: Path) -> None:
    url = "http://courier.test/2026/05/04/mole"
    with DemoServer() as server:
        server.put(url, Resource(content=RESERVING))
        server.put("http://courier.test/shells.xml", Resource(content=SITEMAP.format(url)))
        config = CONFIG.replace("retries = 0", 'retries = 0\nrights_policy = "skip"')
        (tmp_path / "broadsheet.toml").write_text(config.format("http://courier.test/shells.xml"), encoding="utf-8")
        env = {**os.environ, "http_proxy": server.proxy_url}
        done = subprocess.run(
            COMMAND, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=150
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    archive = storage.open_archive(tmp_path / "archive")
    rows = archive.captures().to_table(filter=(pc.field("kind") == "article") & (pc.field("outcome") != "announced"))
    (event,) = captures_from_arrow(rows)
    assert (event.outcome, event.reason, event.detail) == ("refused", "ai_reserved", "noai")
    assert archive.articles().count_rows() == 0
    everything = b"".join(gzip.decompress((archive.warc / name).read_bytes()) for name in warc.segments(archive.warc))
    assert b"Drawn and reserved" not in everything
    assert [one.url for one in records(archive)].count(url) == 1, "its answer, which reserved nothing"
