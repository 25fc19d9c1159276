"""The configuration: what is read, what is refused, and in which words."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.config import (
    KEYS,
    PLACEHOLDER_CONTACT,
    Config,
    ConfigError,
    Key,
    check_archive_path,
    load,
    parse,
    template,
)
from storage.places import S3Address
from storage.records import SiteRules

FILE = Path("broadsheet.toml")
CONTACT = '[crawl]\ncontact = "mailto:desk@courier.test"\n'
SOURCE = '[[source]]\nname = "courier"\nentrances = ["https://www.courier.test/feed.xml"]\n'


def config(text: str = "", *, source: str = "", crawl: str = "") -> Config:
    return parse(f"{text}\n{CONTACT}{crawl}\n{SOURCE}{source}\n", FILE)


def refused(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse(text, FILE)
    return caught.value


def test_a_minimal_file_has_all_defaults() -> None:
    found = config()
    assert found.archive.path == Path("archive")
    assert (found.archive.batch_pages, found.archive.batch_seconds, found.archive.segment_bytes) == (500, 60.0, 10**9)
    crawl = found.crawl
    assert crawl.contact == "mailto:desk@courier.test"
    assert (crawl.delay, crawl.max_delay, crawl.concurrency, crawl.timeout, crawl.retries) == (1.0, 60.0, 32, 30.0, 2)
    assert (crawl.max_page, crawl.max_entrance, crawl.revisit) == (20_000_000, 60_000_000, (3600, 21600, 86400, 604800))
    assert (crawl.robots_max_age, crawl.workers) == (86400.0, 0)
    assert crawl.poll == (600.0, 21600.0)
    assert config(crawl='poll = ["0s", "1d"]').crawl.poll == (0.0, 86400.0)
    assert (crawl.extract_timeout, crawl.extract_memory) == (20.0, 10**9)
    (source,) = found.sources
    assert source.rules == SiteRules(name="courier")
    assert source.hosts == {"www.courier.test"}
    assert source.delay is None
    assert found.disabled == ()


def test_written_defaults_are_the_defaults() -> None:
    lines = dict.fromkeys(("", "archive", "crawl", "metrics"), "")
    for key in KEYS:
        if key.default is not None:
            lines[key.table] += f"{key.name} = {key.default}\n"
    text = f"{lines['']}[archive]\n{lines['archive']}{CONTACT}{lines['crawl']}{SOURCE}"
    assert parse(text, FILE) == config()


def test_a_full_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "broadsheet.toml"
    path.write_text(
        """
[archive]
path = "kept/news"
batch_pages = 20
batch_seconds = "2m"
segment_bytes = "64 MiB"
[crawl]
contact = "https://courier.test/crawl"
delay = 0.5
revisit = ["1h", "6h", "1d", "7d", 90]
max_page = 5000000
[[source]]
name = "courier"
entrances = ["https://www.courier.test/feed.xml", "http://WWW.Courier.test:8080/#top"]
hosts = ["blog.courier.test", "Zürich.test"]
delay = "5s"
timezone = "Europe/Berlin"
language = "de"
title = "h1.headline"
date = "//time/@datetime"
body = ["article .text", "(//div)[2]"]
valid_until = 2027-06-30
labels = { type = "regional", country = "DE" }
""",
        encoding="utf-8",
    )
    found = load(path)
    assert found.file == path
    assert found.archive.path == tmp_path / "kept/news"
    assert (found.archive.batch_seconds, found.archive.segment_bytes) == (120.0, 64 * 2**20)
    assert found.crawl.revisit == (3600.0, 21600.0, 86400.0, 604800.0, 90.0)
    (source,) = found.sources
    assert source.entrances == ("https://www.courier.test/feed.xml", "http://WWW.Courier.test:8080/")
    assert source.hosts == {"www.courier.test", "www.courier.test:8080", "blog.courier.test", "xn--zrich-kva.test"}
    assert source.delay == 5.0
    assert source.labels == (("country", "DE"), ("type", "regional"))
    assert source.rules.title == ("h1.headline",)
    assert source.rules.body == ("article .text", "(//div)[2]")
    assert source.rules.timezone == "Europe/Berlin"
    assert source.rules.valid_until == dt.date(2027, 6, 30)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        pytest.param("~/news", Path.home() / "news", id="home"),
        pytest.param("/srv/news", Path("/srv/news"), id="absolute"),
        pytest.param("../news", Path("etc/../news"), id="relative to the file"),
    ],
)
def test_archive_path(path: str, wanted: Path) -> None:
    text = f'[archive]\npath = "{path}"\n{CONTACT}{SOURCE}'
    assert parse(text, Path("etc/broadsheet.toml")).archive.path == wanted


@pytest.mark.parametrize(
    "contact",
    [
        "mailto:desk@courier.test",
        "desk@courier.test",
        "archive+news@uni.example",
        "https://courier.test/about-our-crawler",
        "http://localhost:8000/crawl",
        "MAILTO:Desk@Courier.Test",
        "desk@notexample.com",
    ],
)
def test_contacts_that_stand(contact: str) -> None:
    assert parse(f'[crawl]\ncontact = "{contact}"\n{SOURCE}', FILE).crawl.contact == contact


@pytest.mark.parametrize(
    ("contact", "problem"),
    [
        ("", "empty"),
        ("   ", "empty"),
        (PLACEHOLDER_CONTACT, "placeholder"),
        ("archive@your-institute.org", "nobody"),
        ("me@example.com", "nobody"),
        ("mailto:me@example.org?subject=crawl", "nobody"),
        ("me@mail.Example.NET", "nobody"),
        ("https://www.example.org/crawl", "nobody"),
        ("desk", "neither"),
        ("desk@", "neither"),
        ("desk@courier", "neither"),
        ("desk at courier.test", "neither"),
        ("ftp://courier.test/", "neither"),
        ("http://", "neither"),
        ("http://[::1", "neither"),
        ("https://courier.test/a b", "neither"),
        ("desk@courier..test", "neither"),
        ("desk@courier.test\\nX-Header: 1", "neither"),
    ],
)
def test_contacts_that_are_refused(contact: str, problem: str) -> None:
    error = refused(f'[crawl]\ncontact = "{contact}"\n{SOURCE}')
    assert (error.table, error.key) == ("crawl", "contact")
    assert problem in error.problem
    assert "contact = " in error.remedy


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(
            SOURCE,
            'broadsheet.toml, [crawl] contact: it is missing; write how to reach you: contact = "mailto:',
            id="none",
        ),
        pytest.param(
            f"[crawl]\ncontcat = 'a@b.test'\n{SOURCE}",
            "broadsheet.toml, [crawl] contcat: there is no such key; did you mean 'contact'?",
            id="typo",
        ),
        pytest.param(
            f"[archive]\ncontact = 'a@b.test'\n{SOURCE}",
            "broadsheet.toml, [archive] contact: there is no such key; 'contact' belongs into [crawl]",
            id="other table",
        ),
        pytest.param(
            f"{CONTACT}'Ü' = 1\n{SOURCE}",
            "broadsheet.toml, [crawl] Ü: there is no such key; write one of contact, delay, ",
            id="no idea",
        ),
        pytest.param(
            f"{CONTACT}[archiv]\npath = 'a'\n{SOURCE}",
            "broadsheet.toml, archiv: there is no such key; did you mean 'archive'?",
            id="table",
        ),
        pytest.param(
            f"{CONTACT}delay = true\n{SOURCE}",
            'broadsheet.toml, [crawl] delay: true is not a duration; write a duration such as "30s", "15m", ',
            id="truth value",
        ),
        pytest.param(
            f"{CONTACT}poll = ['6h', '10m']\n{SOURCE}",
            "poll: it is not two durations, the longer one last; ",
            id="poll",
        ),
        pytest.param(f"{CONTACT}poll = ['6h']\n{SOURCE}", "poll: it is not two durations, ", id="poll one"),
        pytest.param(f"{CONTACT}delay = -1\n{SOURCE}", "delay: -1 is not a duration; ", id="negative"),
        pytest.param(f"{CONTACT}delay = inf\n{SOURCE}", "delay: inf is not a duration; ", id="endless"),
        pytest.param(f"{CONTACT}delay = 1{'0' * 400}\n{SOURCE}", "is not a duration; ", id="huge"),
        pytest.param(f"{CONTACT}delay = '5 parsecs'\n{SOURCE}", "delay: '5 parsecs' is not a duration; ", id="unit"),
        pytest.param(f"{CONTACT}timeout = 0\n{SOURCE}", "timeout: a duration of nothing makes no sense", id="zero"),
        pytest.param(
            f"{CONTACT}delay = '2m'\n{SOURCE}",
            "max_delay: it is shorter than delay; write one that is as long",
            id="cap",
        ),
        pytest.param(
            f"{CONTACT}revisit = '1h'\n{SOURCE}", "revisit: '1h' is a text; write a list of durations", id="lone"
        ),
        pytest.param(
            f"{CONTACT}revisit = ['1h', -5]\n{SOURCE}", "revisit: -5 is not a duration; ", id="revisit negative"
        ),
        pytest.param(
            f"{CONTACT}concurrency = '32'\n{SOURCE}",
            "[crawl] concurrency: '32' is a text; write a whole number without quotes, such as 32",
            id="number in quotes",
        ),
        pytest.param(
            f"{CONTACT}concurrency = true\n{SOURCE}", "concurrency: true is a truth value; ", id="true number"
        ),
        pytest.param(
            f"{CONTACT}concurrency = 0\n{SOURCE}",
            "concurrency: 0 is out of range; write a number from 1 to 1024",
            id="range",
        ),
        pytest.param(
            f"{CONTACT}max_page = '20 megs'\n{SOURCE}",
            "max_page: '20 megs' is not a size; write a size such as",
            id="size",
        ),
        pytest.param(
            f"{CONTACT}max_page = 5\n{SOURCE}", "max_page: 5 is too small; write 1 000 bytes or more", id="small"
        ),
        pytest.param(
            f"{CONTACT}[archive]\npath = 3\n{SOURCE}", "path: 3 is a whole number; write a text in", id="path"
        ),
        pytest.param(
            f"{CONTACT}[archive]\npath = 's3://papers'\n{SOURCE}",
            "path: the address needs a prefix of letters, digits, dots, dashes and underscores; write",
            id="s3 without a prefix",
        ),
        pytest.param(
            f"{CONTACT}[archive]\npath = 's3://key:secret@papers/news'\n{SOURCE}",
            "path: credentials and options do not belong into an address; they come from the environment; write a path",
            id="a credential",
        ),
        pytest.param(
            f"{CONTACT}[archive]\npath = 'gs://papers/news'\n{SOURCE}", "path: gs: is not a place for an arch", id="gs"
        ),
        pytest.param(
            f"{CONTACT}[archive]\naccess_key = 'a'\n{SOURCE}", "access_key: there is no such key", id="key in the file"
        ),
        pytest.param(
            f"{CONTACT}[archive]\nspool = 's3://papers/spool'\n{SOURCE}",
            "spool: 's3://papers/spool' is not a folder; write the path of a folder of this machine",
            id="a spool on S3",
        ),
        pytest.param(f"{CONTACT}[archive]\npath = ''\n{SOURCE}", "path: '' is not a folder; ", id="no path"),
        pytest.param(f"{CONTACT}[archive]\npath = 2026-11-22\n{SOURCE}", "is a date or time; write", id="date"),
        pytest.param(CONTACT, "broadsheet.toml, source: there is no source; write a [[source]] block", id="no source"),
        pytest.param(f"[source]\nname = 'a'\n{CONTACT}", "source: [source] stands here; write [[source]]", id="source"),
        pytest.param("source = [1]\n" + CONTACT, "source: this is no table; write [[source]]", id="source numbers"),
        pytest.param(
            f"[[crawl]]\ncontact = 'a@b.test'\n{SOURCE}", "[[crawl]] stands here; write one table", id="crawls"
        ),
        pytest.param(
            f"archive = 'x'\n{CONTACT}{SOURCE}", "archive: this is no table; write one table", id="archive text"
        ),
        pytest.param(
            "a = 1\na = 2\n", "broadsheet.toml: it is not TOML: cannot overwrite a value (at line 2", id="twice"
        ),
        pytest.param(
            "contact = \n", "it is not TOML: invalid value (at line 1, column 11); mend that line", id="syntax"
        ),
        pytest.param("x = " + "[" * 100_000, "nest too deep; ", id="deep"),
        pytest.param(
            f"{CONTACT}{SOURCE}{SOURCE}",
            "[[source]] 'courier' name: a source of this name stands in broadsheet.toml already; give one of them",
            id="two of one name",
        ),
        pytest.param(
            f"include = 'x/*.toml'\n{CONTACT}", "include: 'x/*.toml' matches no file; write a pattern", id="glob"
        ),
        pytest.param(f"include = 7\n{CONTACT}", "include: 7 is a whole number; write a list of texts", id="include"),
        pytest.param(f"include = '**x'\n{CONTACT}", "include: '**x' ", id="no pattern"),
    ],
)
def test_a_global_mistake_is_told_in_one_sentence(text: str, sentence: str) -> None:
    assert sentence in str(refused(text))
    assert "\n" not in str(refused(text))


@pytest.mark.parametrize(
    ("block", "key", "words"),
    [
        pytest.param("", "name", 'it is missing; write one, such as name = "daily-example"', id="no name"),
        pytest.param("name = 'The Courier'\n", "name", "not a usable name", id="bad name"),
        pytest.param(f"name = '{'a' * 65}'\n", "name", "not a usable name", id="long name"),
        pytest.param("name = 5\n", "name", "5 is a whole number; write a text in quotes", id="number as name"),
        pytest.param(
            "name = 'a'\nentrances = []\n", "entrances", "there is none; write at least one", id="no entrance"
        ),
        pytest.param("name = 'a'\nentrance = ['http://a.test/']\n", "entrance", "did you mean 'entrances'?", id="typo"),
        pytest.param("name = 'a'\nentrances = 'http://a.test/'\n", "entrances", "is a text; write a list", id="lone"),
        pytest.param("name = 'a'\nentrances = ['/feed']\n", "entrances", "not an absolute http(s) URL", id="relative"),
        pytest.param("name = 'a'\nentrances = ['ftp://a.test']\n", "entrances", "not an absolute http(s)", id="ftp"),
        pytest.param("name = 'a'\nentrances = ['http://a.test:x/']\n", "entrances", "not an absolute", id="port"),
        pytest.param("name = 'a'\nentrances = ['http://a b.test/']\n", "entrances", "not an absolute", id="blank"),
        pytest.param("name = 'a'\nentrances = ['http://u:secret@a.test']\n", "entrances", "password", id="credentials"),
        pytest.param("name = 'a'\nentrances = [1]\n", "entrances", "only texts in quotes inside the list", id="number"),
        pytest.param(
            f"name = 'a'\nentrances = ['http://a.test/{'x' * 2100}']\n", "entrances", "longer than 2,083", id="long URL"
        ),
        pytest.param("hosts = ['https://a.test/']\n", "hosts", "is not a host; write a name without", id="host"),
        pytest.param("hosts = ['..']\n", "hosts", "is not a host", id="dots"),
        pytest.param("timezone = 'Berlin'\n", "timezone", 'write a name such as "Europe/Berlin"', id="city"),
        pytest.param("timezone = '../../etc/passwd'\n", "timezone", "no time zone", id="path as zone"),
        pytest.param("timezone = 'Europe'\n", "timezone", "no time zone", id="folder as zone"),
        pytest.param("language = 'german language'\n", "language", "not a language tag", id="language"),
        pytest.param("title = 'h1['\n", "title", "the CSS selector 'h1[' is broken (", id="broken CSS"),
        pytest.param("title = ''\n", "title", "a selector is empty", id="empty selector"),
        pytest.param("title = 'h1::text'\n", "title", "is broken (", id="pseudo-element"),
        pytest.param("body = ['p', '//div[']\n", "body", "the XPath '//div[' is broken (", id="broken XPath"),
        pytest.param("body = '//a:div'\n", "body", "is broken (", id="unknown prefix"),
        pytest.param("body = '(count(//p))'\n", "body", "yields a float; write one that selects", id="XPath number"),
        pytest.param("labels = { size = 3 }\n", "labels.size", "3 is a whole number; write a text", id="label"),
        pytest.param("labels = 'DE'\n", "labels", "is a text; write a table such as", id="labels"),
        pytest.param("delay = 'soon'\n", "delay", "'soon' is not a duration", id="delay"),
        pytest.param("valid_until = '2027'\n", "valid_until", "is a text; write a day without quotes", id="day"),
        pytest.param("valid_until = 2027-01-01T00:00:00\n", "valid_until", "write a day without", id="moment"),
    ],
)
def test_a_sources_own_mistake_disables_it_and_no_other(block: str, key: str, words: str) -> None:
    sound = "" if "name" in block or not block else "name = 'a'\nentrances = ['http://a.test/']\n"
    found = config(source=f"[[source]]\n{sound}{block}")
    assert [source.name for source in found.sources] == ["courier"]
    (disabled,) = found.disabled
    assert disabled.error.key == key
    assert disabled.error.table.startswith("source ")
    assert words in str(disabled.error)
    assert str(disabled.error).startswith("broadsheet.toml, [[source]] ")


def test_a_secret_in_a_url_is_not_repeated() -> None:
    found = config(source="[[source]]\nname = 'a'\nentrances = ['http://u:secret@a.test']\n")
    assert "secret" not in str(found.disabled[0].error).replace("secrets", "")


def test_a_source_without_a_name_is_told_by_its_position() -> None:
    found = config(source="[[source]]\nentrances = ['http://a.test/']\n")
    assert found.disabled[0].name == "#2"
    assert found.disabled[0].error.table == "source #2"


@pytest.mark.parametrize(
    ("second", "key"),
    [
        pytest.param("entrances = ['http://www.courier.test/de/']", "entrances", id="entrance"),
        pytest.param("entrances = ['http://courier.test/de/']", "entrances", id="without www"),
        pytest.param("entrances = ['http://b.test/']\nhosts = ['WWW.courier.test']", "hosts", id="listed"),
    ],
)
def test_a_host_belongs_to_the_first_source(second: str, key: str) -> None:
    found = config(source=f"[[source]]\nname = 'second'\n{second}\n[[source]]\nname='c'\nentrances=['http://c.test']\n")
    assert [source.name for source in found.sources] == ["courier", "c"]
    (disabled,) = found.disabled
    assert disabled.name == "second"
    assert disabled.error.key == key
    assert "belongs to source 'courier' already" in str(disabled.error)


def test_a_disabled_source_claims_no_host() -> None:
    text = "[[source]]\nname='a'\nentrances=['http://a.test']\nx=1\n[[source]]\nname='b'\nentrances=['http://a.test']\n"
    found = config(source=text)
    assert [source.name for source in found.sources] == ["courier", "b"]


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://www.courier.test/a", True),
        ("http://courier.test/a", True),
        ("https://www.courier.test:443/a", True),
        ("https://www.courier.test:8443/a", False),
        ("https://evil.test/www.courier.test", False),
        ("https://notcourier.test/", False),
        ("mailto:desk@courier.test", False),
        ("http://[", False),
    ],
)
def test_a_source_knows_its_urls(url: str, own: bool) -> None:
    assert config().sources[0].owns(url) is own


def test_included_files_bring_more_sources(tmp_path: Path) -> None:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "b.toml").write_text("[[source]]\nname = 'b'\nentrances = ['http://b.test/']\n")
    (folder / "a.toml").write_text("[[source]]\nname = 'a'\nentrances = ['http://a.test/']\n[[source]]\nname = 'bad'\n")
    (folder / "note.txt").write_text("no TOML")
    main = tmp_path / "broadsheet.toml"
    main.write_text(f"include = 'sources/*.toml'\n{CONTACT}{SOURCE}")
    found = load(main)
    assert [source.name for source in found.sources] == ["courier", "a", "b"]
    assert [source.file for source in found.sources] == [main, folder / "a.toml", folder / "b.toml"]
    assert found.disabled[0].error.file == folder / "a.toml"
    absolute = parse(f"include = ['{folder}/b.toml']\n{CONTACT}", tmp_path / "elsewhere.toml")
    assert [source.name for source in absolute.sources] == ["b"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            "[crawl]\ndelay = 1\n", "more.toml, crawl: an included file holds [[source]] blocks only", id="table"
        ),
        pytest.param(
            "include = 'x'\n", "more.toml, include: an included file holds [[source]] blocks only", id="include"
        ),
        pytest.param("[[source]\n", "more.toml: it is not TOML: ", id="syntax"),
        pytest.param(SOURCE, "a source of this name stands in ", id="name of the main file"),
    ],
)
def test_mistakes_in_included_files_name_them(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "more.toml").write_text(text)
    main = tmp_path / "broadsheet.toml"
    main.write_text(f"include = 'more.toml'\n{CONTACT}{SOURCE}")
    with pytest.raises(ConfigError) as caught:
        load(main)
    assert words in str(caught.value)
    assert caught.value.file == tmp_path / "more.toml"


def test_no_file_tells_of_init(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file; write one with `broadsheet init`"):
        load(tmp_path / "broadsheet.toml")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="it cannot be read"):
        load(tmp_path)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broadsheet.toml"
    path.write_bytes("# für\n".encode("cp1252"))
    with pytest.raises(ConfigError, match="not in UTF-8; save it as UTF-8"):
        load(path)


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    path = tmp_path / "broadsheet.toml"
    path.write_text(f"\ufeff{CONTACT}{SOURCE}", encoding="utf-8")
    assert load(path).sources[0].name == "courier"


def test_an_archive_on_s3_has_larger_batches_and_a_spool() -> None:
    text = f'[archive]\npath = "s3://papers/news"\nspool = "kept"\n{CONTACT}{SOURCE}'
    found = parse(text, Path("etc/broadsheet.toml"))
    assert found.archive.path == S3Address(bucket="papers", prefix="news")
    assert found.archive.folder == found.archive.spool == Path("etc/kept")
    assert (found.archive.batch_seconds, found.archive.batch_bytes) == (300.0, 64 * 10**6)
    check_archive_path(found)
    assert found.digest == config().digest


def test_archive_path_is_checked(tmp_path: Path) -> None:
    def at(path: Path) -> Config:
        return parse(f"[archive]\npath = '{path}'\n{CONTACT}{SOURCE}", FILE)

    check_archive_path(at(tmp_path))
    check_archive_path(at(tmp_path / "new"))
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"\[archive\] path: .* is a file; write the path of a folder"):
        check_archive_path(at(tmp_path / "file"))
    with pytest.raises(ConfigError, match="does not exist; make it, or write another path"):
        check_archive_path(at(tmp_path / "a" / "b"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_archive_path_without_rights_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ConfigError, match="nothing may be written to"):
        check_archive_path(parse(f"[archive]\npath = '{tmp_path}/new'\n{CONTACT}{SOURCE}", FILE))


def test_digest_is_stable_and_sees_every_setting() -> None:
    plain = config().digest
    assert plain == "becf54f617f4af10d0ba2566e62ead65"
    assert plain == parse(f"{CONTACT}{SOURCE}", Path("/elsewhere/other.toml")).digest
    assert plain == config('[archive]\npath = "other"').digest
    others = [
        config("[archive]\nbatch_pages = 7"),
        config(crawl="delay = 2"),
        config(crawl="revisit = ['1h']"),
        config(source="title = 'h1'"),
        config(source="valid_until = 2027-06-30"),
        config(source="delay = 1"),
        config(source="labels = { country = 'DE' }"),
        config(source="hosts = ['m.courier.test']"),
        config(source="[[source]]\nname = 'x'\n"),
    ]
    assert len({plain, *(other.digest for other in others)}) == len(others) + 1


def test_digest_does_not_depend_on_the_hash_seed() -> None:
    text = f"{CONTACT}{SOURCE}hosts = ['a.test', 'b.test', 'c.test']\n"
    code = f"import pathlib, crawler.config; print(crawler.config.parse({text!r}, pathlib.Path('x')).digest)"
    digests = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        digests.add(done.stdout)
    assert len(digests) == 1


def test_the_template_explains_every_key_and_needs_a_contact_only() -> None:
    text = template()
    for key in KEYS:
        assert f"{key.name} = " in text, key
        assert key.description in text, key
    error = refused(text)
    assert (error.table, error.key) == ("crawl", "contact")
    assert "placeholder" in error.problem


def test_the_template_with_every_comment_sign_taken_away_is_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    # The core's tests run where no browser is installed.
    monkeypatch.setattr("crawler.browser.missing", lambda: None)
    head, source = template().split("\n# [[source]]\n")
    lines = [line.removeprefix("# ") if " = " in line and "include" not in line else line for line in head.splitlines()]
    block = "\n".join(line.removeprefix("# ").removeprefix("# ") for line in source.splitlines() if " = " in line)
    text = "\n".join([*lines, "[[source]]", block]).replace(PLACEHOLDER_CONTACT, "mailto:desk@courier.test")
    found = parse(text, FILE)
    assert found.disabled == ()
    assert found.sources[0].rules.remove == (".promo", ".related")
    assert found.crawl.revisit == (3600.0, 21600.0, 86400.0, 604800.0)


def test_the_first_comment_sign_opens_the_templates_source() -> None:
    head, source = template().split("\n# [[source]]\n")
    block = "\n".join(line.removeprefix("# ") for line in source.splitlines())
    text = f"{head}\n[[source]]\n{block}".replace(PLACEHOLDER_CONTACT, "mailto:desk@courier.test")
    found = parse(text, FILE)
    assert [source.name for source in found.sources] == ["daily-example"]


def outcome(text: str) -> Config | ConfigError:
    try:
        return parse(text, FILE)
    except ConfigError as error:
        return error


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_refused_in_words(text: str) -> None:
    assert str(outcome(text)).startswith("broadsheet.toml")


@settings(max_examples=300, deadline=None)
@given(
    key=st.sampled_from(KEYS),
    value=st.sampled_from(
        [
            *("1", "-1", "1.5", "inf", "nan", "true", "''", "'x'", "[]", "['x']", "[1]", "{}", "{x=1}", "[[]]"),
            *("2026-11-22", "10:00:00", r"'\u0000'", r'"\u0000"', "'~nobody/x'", "'http://['"),
        ]
    ),
)
def test_any_value_of_any_key_is_read_or_refused(key: Key, value: str) -> None:
    line = f"{key.name} = {value}\n"
    places = {"": "", "archive": "[archive]\n", "crawl": CONTACT, "metrics": "[metrics]\n", "source": SOURCE}
    if key.required:
        places = {place: re.sub(rf"(?m)^{key.name} = .*\n", "", text) for place, text in places.items()}
    places[key.table] += line
    found = outcome("".join(places.values()))
    if isinstance(found, Config):
        errors = [disabled.error for disabled in found.disabled]
        assert len(found.sources) + len(errors) == 1
    else:
        errors = [found]
    assert all(key.name in str(error) or error.key == "source" for error in errors)
