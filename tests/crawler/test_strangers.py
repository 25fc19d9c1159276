"""What strangers' servers do to a crawl: it ends, every address has its fate, and nothing steers a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import unicodedata
from pathlib import Path

import pyarrow.compute as pc
import pytest

import storage
from crawler.demo import DemoServer, Resource
from crawler.demo.faults import FAULTS
from crawler.demo.resource import redirect
from crawler.reasons import explain
from pipelines.urls import canonical
from storage.archive import Archive
from storage.schema import captures_from_arrow
from tests import forked

CONFIG = """
[archive]
path = "archive"
[crawl]
contact = "mailto:a@strangers.test"
workers = 1
delay = "0s"
retries = 0
timeout = "8s"
max_page = "2 MB"
max_entrance = "2 MB"
[[source]]
name = "faults"
entrances = ["http://faults.test/chosen.xml"]
[[source]]
name = "hostile"
entrances = ["http://hostile.test/sitemap.xml", "http://hostile.test/bomb.xml", "http://hostile.test/"]
"""
# What a terminal obeys: C0 without newline, C1, DEL, and Unicode's bidirectional controls.
EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\x08\x7f\u202egnp\u2066exe\u2069\u200f\u061c\ufeff"
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
WAIT = {"/slow": "?seconds=30", "/dripping": "?seconds=30", "/bomb": "?megabytes=100", "/double-bomb": "?megabytes=100"}
DAY = "http://hostile.test/2026/05/04"


def story(title: str, *, head: str = "", line: str = "") -> str:
    text = "".join(
        f"<p>On day {day} the harbour board met and resolved, after a debate of {day} hours, that the light should "
        f"burn for {day} more years at the expense of the {day} guilds of the town. {line}</p>"
        for day in range(1, 8)
    )
    return (
        f"<html lang='en'><head><meta charset='utf-8'><title>{title}</title>{head}</head>"
        f"<body><article><h1>{title}</h1>{text}</article></body></html>"
    )


def hostile(server: DemoServer) -> None:
    """A paper that means harm."""
    pages = {
        f"{DAY}/evil": Resource(
            content=story(f"The light{EVIL} burns", line=EVIL, head=f'<meta name="author" content="Ida{EVIL} Quill">'),
        ),
        f"{DAY}/base": Resource(
            content=story(
                "The base leads away", head='<base href="http://127.0.0.1:1/"><link rel="canonical" href="x">'
            ),
        ),
        f"{DAY}/split": Resource(
            content=story("The head is split"),
            headers=(("X-Note", "a\tb"), ("ETag", '"x"\tWARC-Type: response')),
        ),
        f"{DAY}/loop": redirect(f"{DAY}/loop2"),
        f"{DAY}/loop2": redirect(f"{DAY}/loop"),
        f"{DAY}/long": redirect("http://hostile.test/" + "x" * 5_000),
        f"{DAY}/control": redirect(f"{DAY}/evil\x1b[2J"),
    }
    pages |= {f"{DAY}/chain{step}": redirect(f"{DAY}/chain{step + 1}") for step in range(40)}
    for url, page in pages.items():
        server.put(url, page)
    for number in range(3):
        server.put(
            f"http://hostile.test/(S(abc{number}def{number}))/2026/05/04/session", Resource(content=story("One"))
        )
    announced = [
        *(url for url in pages if "chain" not in url and not url.endswith("loop2")),
        f"{DAY}/chain0",
        f"{DAY}/" + "y" * 5_000,
        *(f"http://hostile.test/calendar/{year}/{month:02d}/" for year in (1900, 2100) for month in (1, 2)),
    ]
    # A page between each two, for a host that answers nothing but errors is left alone.
    chosen = []
    for number, path in enumerate(FAULTS):
        chosen += [f"http://faults.test{path}{WAIT.get(path, '')}", f"http://faults.test/2026/05/04/sound-{number}"]
        server.put(chosen[-1], Resource(content=story(f"The light of tower {number}")))
    rows = "".join(f"<url><loc>{url}</loc></url>" for url in chosen)
    server.put("http://faults.test/chosen.xml", Resource(content=f"<urlset>{rows}</urlset>"))
    rows = "".join(f"<url><loc>{url}</loc></url>" for url in announced)
    server.put("http://hostile.test/sitemap.xml", Resource(content=f"<urlset>{rows}</urlset>"))
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f"<!DOCTYPE urlset [{entities}]><urlset><url><loc>http://hostile.test/&a11;</loc></url></urlset>"
    server.put("http://hostile.test/bomb.xml", Resource(content=bomb, content_type="application/xml"))
    links = "".join(
        f'<li><a href="/2026/05/04/link-number-{n}-of-the-page">A title of some words {EVIL}</a></li>' for n in (1, 2)
    )
    front = f'<html><head><base href="http://10.0.0.1/"></head><body><main><ul>{links}</ul></main></body></html>'
    server.put("http://hostile.test/", Resource(content=front))


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    """The folder of a crawl of hostile hosts, what it said, and what it asked for."""
    folder = tmp_path_factory.mktemp("strangers")
    (folder / "broadsheet.toml").write_text(CONFIG, encoding="utf-8")
    with DemoServer() as server:
        hostile(server)
        env = {**os.environ, "http_proxy": server.proxy_url}
        done = subprocess.run(
            [*forked.broadsheet(), "crawl", "--log-level", "DEBUG"],
            cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=110,
        )  # fmt: skip
        asked = [f"http://{request.host}{request.path}" for request in server.requests]
    return folder, done, asked


Crawled = tuple[Path, subprocess.CompletedProcess[str], list[str]]


def fates(archive: Archive) -> dict[str, tuple[str, str | None]]:
    events = captures_from_arrow(archive.captures().to_table().sort_by([("at", "ascending")]))
    return {event.requested_url: (event.outcome, event.reason) for event in events if event.kind != "robots"}


@pytest.mark.parametrize(
    ("url", "fate"),
    [
        pytest.param("http://faults.test/bomb?megabytes=100", ("rejected", "bomb"), id="gzip bomb"),
        pytest.param("http://faults.test/double-bomb?megabytes=100", ("rejected", "bomb"), id="bomb in a bomb"),
        pytest.param("http://faults.test/endless", ("rejected", "too_large"), id="endless body"),
        pytest.param("http://faults.test/endless-header", ("failed", "bad_answer"), id="endless headers"),
        pytest.param("http://faults.test/many-headers", ("failed", "bad_answer"), id="two thousand headers"),
        pytest.param("http://faults.test/dripping?seconds=30", ("failed", "timeout"), id="byte by byte"),
        pytest.param("http://faults.test/odd-headers", ("archived", None), id="odd headers"),
        pytest.param("http://faults.test/calendar", ("rejected", "too_short"), id="calendar"),
        pytest.param(f"{DAY}/loop", ("failed", "redirect_loop"), id="redirects in a circle"),
        pytest.param(f"{DAY}/chain0", ("failed", "redirect_loop"), id="forty redirects"),
        pytest.param(f"{DAY}/long", ("failed", "redirect_broken"), id="redirect to an address of 5 kB"),
        pytest.param(f"{DAY}/base", ("archived", None), id="base that leads away"),
        pytest.param(f"{DAY}/split", ("archived", None), id="headers with tabs and line ends"),
        pytest.param("http://hostile.test/bomb.xml", ("fetched", "broken_xml_recovered"), id="billion laughs"),
    ],
)
def test_what_became_of(crawled: Crawled, url: str, fate: tuple[str, str | None]) -> None:
    folder, _, _ = crawled
    assert fates(storage.open_archive(folder / "archive"))[url] == fate


def test_every_address_has_a_fate_with_a_reason_that_is_known(crawled: Crawled) -> None:
    folder, done, _ = crawled
    found = fates(storage.open_archive(folder / "archive"))
    assert done.returncode == 0, done.stdout
    assert "announced" not in {outcome for outcome, _ in found.values()}
    assert {reason for _, reason in found.values() if reason is not None and explain(reason) is None} == set()


def test_traps_lead_no_further(crawled: Crawled) -> None:
    _, _, asked = crawled
    assert not [url for url in asked if "127.0.0.1" in url or "10.0.0.1" in url or len(url) > 3_000]
    assert len([url for url in asked if "/chain" in url]) <= 11
    assert [url for url in asked if "faults.test/calendar" in url] == ["http://faults.test/calendar"]
    assert not [url for url in asked if "month=" in url]


def test_session_ids_in_paths_make_one_address() -> None:
    assert len({canonical(f"http://hostile.test/2026/05/04/story;jsessionid=AB{n}") for n in range(3)}) == 1


def unsafe(text: str) -> list[str]:
    """The characters of a command's output that a terminal might obey, or that reorder what it shows."""
    return sorted(
        {
            f"U+{ord(character):04X}"
            for character in text
            if (unicodedata.category(character) == "Cc" and character != "\n") or character in BIDI
        }
    )


def test_no_log_line_steers_a_terminal(crawled: Crawled) -> None:
    _, done, _ = crawled
    assert "evil" in done.stderr
    assert unsafe(done.stdout + done.stderr) == []


@pytest.mark.parametrize(
    "command",
    [
        ("show", f"{DAY}/evil"),
        ("show", f"{DAY}/evil", "--json"),
        ("show", f"{DAY}/control"),
        ("show", f"{DAY}/nowhere{EVIL}"),
        ("inspect", f"{DAY}/evil"),
        ("inspect", f"{DAY}/evil", "--json"),
        ("diff", f"{DAY}/evil"),
        ("status",),
        ("status", "--json"),
        ("coverage",),
        ("coverage", "--json"),
    ],
    ids=lambda command: " ".join(command)[:40].encode("ascii", "replace").decode(),
)
def test_no_reading_command_steers_a_terminal(crawled: Crawled, command: tuple[str, ...]) -> None:
    folder, _, _ = crawled
    done = subprocess.run([*forked.broadsheet(), *command], cwd=folder, capture_output=True, check=False, timeout=60)
    text = (done.stdout + done.stderr).decode()
    assert "Traceback" not in text
    assert text.strip()
    assert unsafe(text) == []
    if "--json" in command:
        json.loads(done.stdout)


def test_the_archive_keeps_what_the_page_says(crawled: Crawled) -> None:
    """What is kept is the page's, whole; only what is shown is cleaned."""
    folder, _, _ = crawled
    archive = storage.open_archive(folder / "archive")
    (row,) = archive.articles().to_table(["body"], filter=pc.field("url") == f"{DAY}/evil").to_pylist()
    assert any(character in row["body"] for character in BIDI)
