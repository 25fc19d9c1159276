"""`broadsheet report`: the page holds whatever strangers wrote, needs nothing else, and is written whole."""

from __future__ import annotations

import datetime as dt
import importlib.util
import io
import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import html
from rich.console import Console

from crawler.cli import main
from crawler.commands import report as command
from crawler.health import NOT_YET
from crawler.report import words
from pipelines.history import key
from storage import delta
from storage.archive import Archive
from storage.coverage import Fate
from storage.records import SourceRecord
from storage.report import report
from storage.report.period import Period
from storage.schema import SOURCES, to_arrow
from tests.archive_samples import NOON, article, begin, capture, make, minutes
from tests.reported import END, invent

EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></script><svg onload=alert(1)>",
    "safe \u202egnp.exe\u2066 \x1b[31m",
    "{{ 7 * 7 }} {% raw %}",
)
URLS = (
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    'https://evil.test/"><script>alert(1)</script>',
    "https://evil.test/\u202egnp",
    "https://user:secret@evil.test/",
    "https://evil.test/'onmouseover='alert(1)",
)


def hostile(folder: Path) -> Archive:
    """An archive in which every text that a stranger chooses is an attempt at the page."""
    archive = make(folder)
    known = [
        SourceRecord(source=name, digest="d", since=NOON, entrances=(), hosts=(), run="r")
        for name in (*EVIL, "</title><script>alert(2)</script>")
    ]
    delta.append(archive.root, SOURCES, to_arrow(SOURCES, known), application="evil", number=1)
    run = begin(archive)
    for index, text in enumerate((*EVIL, *EVIL)):
        url = URLS[index % len(URLS)]
        there = {"requested_url": f"{url}{index}", "url": f"{url}{index}", "source": text, "announced_at": NOON}
        run.record(capture(index, outcome="announced", status=None, **there))
        run.record(capture(index, at=minutes(1), title=text, **there), article(index, source=text, title=text))
        run.record(capture(index, at=minutes(2), outcome="revised", title=text, **there))
        missed = there | {"requested_url": f"{url}missed{index}"}
        run.record(capture(index, at=minutes(1), outcome="failed", reason=text, detail=text, **missed))
    run.finish(detail=EVIL[0])
    return archive


def written(archive: Archive, folder: Path, *options: str) -> Path:
    out = folder / "report.html"
    done = CliRunner().invoke(main, ["report", "--archive", str(archive.root), "-o", str(out), *options])
    assert done.exit_code == 0, done.output
    return out


def checked(page: str) -> html.HtmlElement:
    """The page, parsed, with nothing in it that runs, loads or leads nowhere."""
    root = html.document_fromstring(page)
    assert page.startswith("<!DOCTYPE html>")
    assert {"script", "iframe", "object", "embed", "img", "form", "base"}.isdisjoint(
        element.tag for element in root.iter() if isinstance(element.tag, str)
    )
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        assert not [name for name in element.attrib if name.startswith("on") or name in ("style", "src")]
        target = element.get("href")
        if target is None or (element.tag == "link" and target == "data:,"):
            continue
        if target.startswith("#"):
            assert target[1:] in ids, target
        else:
            assert re.match(r"https?://[^@]*$", target), target
            assert element.get("rel") == "noopener noreferrer nofollow"
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x1b]", page)
    return root


def test_a_hostile_archive_is_only_text(tmp_path: Path) -> None:
    archive = hostile(tmp_path)
    page = written(archive, tmp_path, "--title", EVIL[0]).read_text(encoding="utf-8")
    root = checked(page)
    assert root.findtext(".//h1/bdi") == EVIL[0]
    assert "alert(1)" in root.text_content()
    assert "{{ 7 * 7 }}" in root.text_content()
    assert "49 {% raw %}" not in root.text_content()
    policy = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_an_empty_archive(tmp_path: Path) -> None:
    root = checked(written(make(tmp_path), tmp_path).read_text(encoding="utf-8"))
    text = root.text_content()
    assert "Nothing was announced in this time." in text
    assert "No run has ended yet." in text
    assert NOT_YET in text


def test_a_year_of_many_sources_is_a_page_that_opens(tmp_path: Path) -> None:
    archive = invent(tmp_path / "archive", sources=55, days=365, a_day=1.0)
    out = written(archive, tmp_path, "--since", str(END - dt.timedelta(days=364)), "--until", str(END))
    assert out.stat().st_size < 3_000_000
    root = checked(out.read_text(encoding="utf-8"))
    text = root.text_content()
    assert "40 of 55 sources that announced anything are shown" in text
    assert "in spans of 7 days" in text
    assert "the-quiet-post" in text
    cells = root.xpath("//table[contains(@class, 'heat')]//td/a/@href")
    assert len(cells) > 40 * 45
    # Both drawings of a chart stand there, and each of their columns leads to its row.
    assert len(root.xpath("//*[local-name()='svg']")) == 2 * 6
    assert len(root.xpath("//*[local-name()='svg']//@href")) > 300


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://paper.example/a?b=c&d=<e>", True),
        ("http://paper.example:8080/", True),
        ("HTTPS://paper.example/", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,x", False),
        ("//paper.example/", False),
        ("https:///nowhere", False),
        ("https://user@paper.example/", False),
        ("https://paper.example/a b", False),
        ("https://paper.example/\u202e", False),
        ("https://[::1/", False),
        ("file:///etc/passwd", False),
    ],
)
def test_only_sound_addresses_become_links(url: str, linked: bool) -> None:
    assert (words.href(url) is not None) == linked


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (words.percent(2, 3), "66.6 %"),
        (words.percent(9_999, 10_000), "99.9 %"),
        (words.percent(3, 3), "100 %"),
        (words.percent(0, 0), "–"),
        (words.number(1234567), "1,234,567"),
        (words.size(999), "999 bytes"),
        (words.size(1_250_000), "1.2 MB"),
        (words.size(5e15), "5,000.0 TB"),
        (words.seconds(0.789), "0.79 s"),
        (words.seconds(1234.4), "1,234 s"),
        (words.lasted(dt.timedelta(seconds=7)), "7 s"),
        (words.lasted(dt.timedelta(seconds=187)), "3 min 07 s"),
        (words.lasted(dt.timedelta(hours=25, minutes=3)), "25 h 03 min"),
        (words.meaning(Fate(outcome="failed", reason="http_503", count=1)), "The host answered with that HTTP status."),
        (words.meaning(Fate(outcome="failed", reason="no such code", count=1)), "The page could not be had."),
        (
            words.command("diff", "my archive", "https://a.example/?b&c"),
            "broadsheet diff --archive 'my archive' 'https://a.example/?b&c'",
        ),
        (words.sql("runs", "it's", "*"), "SELECT * FROM delta_scan('it''s/runs')"),
        (words.span(Period(since=dt.date(2026, 11, 1), until=END, step=1), 3), "4 Nov 2026"),
        (words.span(Period(since=dt.date(2026, 11, 1), until=END, step=7), 1), "8 to 14 Nov 2026"),
        (words.span(Period(since=dt.date(2025, 12, 29), until=END, step=7), 0), "29 Dec 2025 to 4 Jan 2026"),
    ],
)
def test_words(made: str, expected: str) -> None:
    assert made == expected


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("dark", [False, True])
def test_every_colour_can_be_read_and_told_apart_without_its_hue(dark: bool) -> None:
    style = Path(words.__file__).with_name("report.css").read_text(encoding="utf-8")
    light, _, rest = style.partition("@media (prefers-color-scheme: dark) {")
    colours = dict(re.findall(r"--([a-z]\w*(?:-\w+)?): (#\w{6})", light))
    inks = dict.fromkeys(("c0", "c1", "f5", "f6"), "on-dark")
    if dark:
        colours |= dict(re.findall(r"--([a-z]\w*(?:-\w+)?): (#\w{6})", rest))
        inks = dict.fromkeys(("c3", "c4", "c5", "c6", "f0", "f1", "f2", "f3"), "on-dark")
    pairs = [(name, inks.get(name, "on-light")) for name in colours if re.fullmatch(r"[cf]\d", name)]
    pairs += [("page", "ink"), ("page", "soft"), ("card", "soft"), ("page", "link"), ("mark", "ink"), ("card", "alarm")]
    for ground, ink in pairs:
        low, high = sorted((luminance(colours[ground]), luminance(colours[ink])))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (ground, ink)
    for scale in "cf":
        steps = [luminance(colours[f"{scale}{step}"]) for step in range(7)]
        assert steps == sorted(steps, reverse=(scale == "c") == dark), scale


@pytest.mark.parametrize(
    ("share", "level"), [(0.0, 0), (0.499, 0), (0.5, 1), (0.8, 2), (0.9, 3), (0.95, 4), (0.999, 5), (1.0, 6)]
)
def test_only_all_of_it_has_the_colour_of_all(share: float, level: int) -> None:
    assert words.level(share) == level


def test_the_key_names_every_colour() -> None:
    assert words.key(words.LEVELS) == ["below 50 %", "50", "80", "90", "95", "99", "100 %"]
    assert (words.depth(0.0), words.depth(0.05), words.depth(0.999), words.depth(1.0)) == (0, 1, 5, 6)


def test_a_report_replaces_a_report_and_nothing_else(tmp_path: Path) -> None:
    archive = make(tmp_path)
    out = written(archive, tmp_path)
    written(archive, tmp_path, "--title", "Anew")
    assert "<title>Anew</title>" in out.read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "report.html"]
    other = tmp_path / "thesis.html"
    other.write_text("<p>My thesis</p>", encoding="utf-8")
    done = CliRunner().invoke(main, ["report", "--archive", str(archive.root), "-o", str(other)])
    assert (done.exit_code, other.read_text(encoding="utf-8")) == (2, "<p>My thesis</p>")
    assert "is no report" in done.output


@pytest.mark.parametrize(
    ("out", "told"),
    [("", "is a folder"), ("none/report.html", "there is no folder"), ("s3://bucket/a.html", "then copy it")],
)
def test_where_no_report_can_stand(out: str, told: str, tmp_path: Path) -> None:
    archive = make(tmp_path)
    place = out if "://" in out else str(tmp_path / out)
    done = CliRunner().invoke(main, ["report", "--archive", str(archive.root), "-o", place])
    assert done.exit_code == 2
    assert told in done.output


def test_a_long_one_says_what_it_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "LINE_SECONDS", 0.0)
    out = io.StringIO()
    with command.Meter(Console(file=out, force_terminal=False)) as meter:
        meter.said("coverage")
    assert out.getvalue() == "counting: coverage\n"


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_NEEDED", ("no_such_package",))
    with pytest.raises(command.NotWritten, match=re.escape("pip install 'broadsheet[report]'")):
        command.check(str(tmp_path / "report.html"))


def test_an_unknown_source_and_a_period_that_ends_before_it_begins(tmp_path: Path) -> None:
    archive = make(tmp_path)
    start = ["report", "--archive", str(archive.root), "-o", str(tmp_path / "report.html")]
    for options, told in (
        (["--source", "nobody"], "has no source 'nobody'"),
        (["--since", "2026-11-02", "--until", "2026-11-01"], "write an earlier --since"),
    ):
        done = CliRunner().invoke(main, [*start, *options])
        assert (done.exit_code, (tmp_path / "report.html").exists()) == (2, False)
        assert told in done.output


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    # Two months of columns, so that the heat map is wider than a phone.
    return written(hostile(folder), folder, "--since", "2026-09-22", "--until", "2026-11-22")


@pytest.mark.extras
@pytest.mark.skipif(importlib.util.find_spec("playwright") is None, reason="needs the extra [browser]")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1400])
def test_in_chromium_nothing_runs_nothing_leaves_and_all_fits(hostile_page: Path, width: int, scheme: str) -> None:
    from playwright.sync_api import sync_playwright

    from crawler.browser import executable

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        met: list[str] = []
        page.on("console", lambda message: met.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: met.append(f"error: {error}"))
        page.on("dialog", lambda dialog: met.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: met.append(f"request: {request.url}"))
        page.goto(hostile_page.as_uri())
        assert met == [f"request: {hostile_page.as_uri()}"]
        assert page.evaluate("document.documentElement.scrollWidth") == width
        shown = [svg for svg in page.locator("svg.chart").all() if svg.is_visible()]
        assert {svg.get_attribute("class") for svg in shown} == {f"chart {'wide' if width > 700 else 'narrow'}"}
        # A cell of the heat map leads to its row, within the page.
        page.locator("table.heat td a").first.click()
        assert page.url.startswith(f"{hostile_page.as_uri()}#c-")
        assert page.locator("tr:target").is_visible()
        assert len(met) == 1
        browser.close()


def test_the_command_behind_the_heat_map_asks_the_same(tmp_path: Path) -> None:
    archive = invent(tmp_path / "archive", sources=2, days=15, a_day=3.0)
    options = ("--source", "harbour-courier", "--since", "2026-11-10", "--until", "2026-11-20")
    root = checked(written(archive, tmp_path, *options).read_text(encoding="utf-8"))
    (line,) = [code for code in root.xpath("//code/text()") if code.startswith("broadsheet coverage")]
    done = CliRunner().invoke(main, shlex.split(line)[1:])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)["total"]
    tiles = [element.text_content() for element in root.xpath("//dl//dd")]
    assert tiles[3] == f"{told['announced']:,}"
    assert {day["source"] for day in json.loads(done.output)["days"]} == {"harbour-courier"}


def test_alarms_lead_to_their_source(tmp_path: Path) -> None:
    from crawler.report.page import Alarm, Alarms, page

    archive = invent(tmp_path / "archive", sources=2, days=15, a_day=3.0)
    found = report(archive, now=dt.datetime.combine(END, dt.time(12), dt.UTC), same=key)
    worst = found.coverage.sources[0].source
    listed = (
        Alarm(source=worst, sentence="dates vanished"),
        Alarm(source="gone", sentence="silent", known="until then"),
    )
    root = checked(page(found, title="t", alarms=Alarms(judged=3, listed=listed, left=4)))
    told = [element.text_content() for element in root.xpath("//p[contains(@class, 'alarm')]")]
    assert [" ".join(text.split()) for text in told] == [f"{worst}: dates vanished.", "gone: silent. Known: until then"]
    assert root.xpath("//p[contains(@class, 'alarm')]//a/@href") == ["#c-0"]
    assert "4 more are left out." in root.text_content()
