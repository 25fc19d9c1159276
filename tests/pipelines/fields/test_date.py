"""Published and modified apart, instants with their zone, the day on the publisher's clock."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.document import Document, read
from pipelines.fields.date import Dates, choose
from storage.records import Announcement, Page, SiteRules

NOW = dt.datetime(2024, 6, 20, 12, tzinfo=dt.UTC)
URL = "https://www.harbourcourier.example/news/bridge"
H1 = "<title>Old bridge reopens</title><h1>Old bridge reopens</h1>"


def dates(html: str, url: str = URL, site: SiteRules | None = None, announcement: Announcement | None = None) -> Dates:
    page = Page(url=url, body=html.encode(), fetched_at=NOW, site=site, announcement=announcement)
    document = read(page)
    assert isinstance(document, Document)
    return choose(document)


def ld(**values: str) -> str:
    pairs = ",".join(f'"{key}":"{value}"' for key, value in values.items())
    return f'<script type="application/ld+json">{{"@type":"NewsArticle",{pairs}}}</script>'


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


def test_published_and_modified_stay_apart() -> None:
    found = dates(ld(datePublished="2024-06-17T23:30:00+02:00", dateModified="2024-06-18T08:00:00+02:00"))
    assert found.day == dt.date(2024, 6, 17)
    assert found.date_published == dt.datetime(2024, 6, 17, 21, 30, tzinfo=dt.UTC)
    assert found.date_modified == dt.datetime(2024, 6, 18, 6, 0, tzinfo=dt.UTC)
    assert (found.utc_offset, found.date_source, found.date_raw) == (120, "json-ld", "2024-06-17T23:30:00+02:00")
    assert found.warnings == ()


def test_one_never_stands_in_for_the_other() -> None:
    found = dates(ld(dateModified="2024-06-18T08:00:00+02:00") + "<p>x")
    assert found.day is None
    assert found.date_published is None
    assert found.date_modified == dt.datetime(2024, 6, 18, 6, 0, tzinfo=dt.UTC)
    assert found.warnings == ("no_date",)


@pytest.mark.parametrize(
    ("html", "day", "source"),
    [
        (meta("article:published_time", "2024-06-17T10:00:00+02:00"), "2024-06-17", "meta"),
        (meta("article:published:time", "2024-06-17T10:00:00+02:00"), "2024-06-17", "meta"),
        ('<meta name="DC.date.issued" content="2024-06-17">', "2024-06-17", "meta"),
        ('<meta name="date" value="2024-06-17">', "2024-06-17", "meta"),
        (
            '<p itemscope itemtype="http://schema.org/Article"><i itemprop=datePublished content="2024-06-17"></i></p>',
            "2024-06-17",
            "microdata",
        ),
        (H1 + '<time datetime="2024-06-17T10:00:00+02:00">Monday</time><p>x', "2024-06-17", "time"),
        (H1 + "<p class=date>17 June 2024</p>", "2024-06-17", "text"),
        (
            H1 + "<div class=dates><i>17.06.2024 07.57</i> <i>Online seit heute, 7.57 Uhr</i></div>",
            "2024-06-17",
            "text",
        ),
        (H1 + "<p>Published on 17 June 2024 by Ada Quill</p>", "2024-06-17", "text"),
        (H1 + "<div class=meta><span>17</span> <b>June</b> 2024</div>", "2024-06-17", "text"),
        ('<script>window.data = {"publishedAt":"2024-06-17T10:00:00Z"}</script>' + H1, "2024-06-17", "meta"),
    ],
    ids=[
        "meta",
        "meta, other marks",
        "Dublin Core",
        "value for content",
        "microdata",
        "time",
        "class",
        "since when it is online",
        "words",
        "pieces",
        "script",
    ],
)
def test_every_place(html: str, day: str, source: str) -> None:
    found = dates(html)
    assert (str(found.day), found.date_source) == (day, source)


@pytest.mark.parametrize(
    "html",
    [
        "<div class=comment><time datetime='2024-06-18T10:00:00Z'>x</time></div>",
        "<aside><p class=date>18 June 2024</p></aside>",
        "<ul class=related-articles><li><span class=date>18 June 2024</span></li></ul>",
        "<footer>© 2024 Courier, 18 June 2024</footer>",
        "<p>Copyright 18 June 2024</p>",
        "<p>In print since 18 June 1998</p>",
        "<p class=date>18 June 2025</p>",
    ],
    ids=["comment", "aside", "related", "footer", "copyright", "founded", "future"],
)
def test_dates_of_something_else_are_left_alone(html: str) -> None:
    found = dates(f"{H1}<p class=date>17 June 2024</p><p>{'The river rose. ' * 30}</p>{html}")
    assert found.day == dt.date(2024, 6, 17)


@pytest.mark.parametrize(
    ("html", "day", "source"),
    [
        pytest.param(
            meta("date", "2024-06-12") + H1 + "<p class=date>5 June 2024</p>", "2024-06-05", "text", id="shown-earlier"
        ),
        pytest.param(
            meta("date", "2024-06-12") + H1 + "<p class=stand>Updated: 5 June 2024</p>",
            "2024-06-05",
            "text",
            id="changed-before-the-stated-day",
        ),
        pytest.param(
            meta("date", "2024-06-12") + H1 + "<p class=date>14 June 2024</p>", "2024-06-12", "meta", id="shown-later"
        ),
        pytest.param(
            meta("article:published_time", "2024-06-12") + H1 + "<p class=date>5 June 2024</p>",
            "2024-06-12",
            "meta",
            id="stated-as-publication",
        ),
        pytest.param(
            H1 + "<time datetime='2024-06-14T10:00:00Z'>Published 5 June 2024</time>",
            "2024-06-05",
            "time",
            id="words-of-a-time-element",
        ),
        pytest.param(
            H1 + "<time datetime='2024-06-05T22:30:00Z'>Published 6 June 2024</time>",
            "2024-06-05",
            "time",
            id="neighbouring-day-is-a-matter-of-zones",
        ),
        pytest.param(
            H1 + "<abbr class=published title='2024-06-05T10:00:00+02:00'>Wednesday</abbr>",
            "2024-06-05",
            "time",
            id="abbr",
        ),
        pytest.param(
            meta("og:description", "The old bridge opens again. (News of 5 June 2024)") + H1,
            "2024-06-05",
            "meta",
            id="end-of-the-description",
        ),
        pytest.param(
            f"{H1}<p>{'The river rose. ' * 90}</p><div class=article-footer>Last change: 14 June 2024 - 10:12<br>"
            "Published on: 5 June 2024<br>Readers: 61</div>",
            "2024-06-05",
            "text",
            id="labelled-in-the-articles-footer",
        ),
    ],
)
def test_which_day(html: str, day: str, source: str) -> None:
    found = dates(f"{html}<p>x")
    assert (str(found.day), found.date_source) == (day, source)


@pytest.mark.parametrize(
    ("stamp", "host", "day", "offset", "warning"),
    [
        pytest.param("2024-06-17T23:30:00Z", "paper.at", "2024-06-18", 120, "zone_from_domain", id="one-clock"),
        pytest.param("2024-01-17T23:30:00Z", "paper.co.uk", "2024-01-17", 0, "zone_from_domain", id="at-greenwich"),
        pytest.param("2024-06-17T03:30:00Z", "paper.ca", "2024-06-17", None, "day_utc", id="clocks-that-differ"),
        pytest.param(
            "2024-06-17T00:30:00Z", "paper.ca", "2024-06-16", None, "zone_from_domain", id="clocks-that-agree"
        ),
        pytest.param("2024-06-17T23:30:00Z", "paper.com", "2024-06-17", None, "day_utc", id="no-country"),
        pytest.param("2024-06-17T23:30:00Z", "paper.tv", "2024-06-17", None, "day_utc", id="sold-to-anyone"),
    ],
)
def test_the_country_of_the_domain(stamp: str, host: str, day: str, offset: int | None, warning: str) -> None:
    found = dates(ld(datePublished=stamp) + "<p>x", url=f"https://www.{host}/bridge")
    assert (str(found.day), found.utc_offset, found.warnings) == (day, offset, (warning,))
    assert found.date_published == dt.datetime.fromisoformat(stamp)


def test_the_words_of_a_time_element_tell_the_zone() -> None:
    words = "<time datetime='2024-06-17 05:07:09'>06/17/2024 05:07 AM EDT</time>"
    found = dates(f"<html lang=en-US>{H1}{words}<p>x")
    assert found.date_published == dt.datetime(2024, 6, 17, 9, 7, 9, tzinfo=dt.UTC)
    assert (found.utc_offset, found.warnings) == (-240, ())


def test_a_date_in_a_sentence_is_no_dateline() -> None:
    text = "On 3 May 2019 the council closed the bridge, which had carried traffic since the days of the salt barges."
    found = dates(f"{H1}<p>{text}</p><p class=posted-on>17 June 2024</p>")
    assert found.day == dt.date(2024, 6, 17)


@pytest.mark.parametrize(
    ("html", "site", "day", "offset", "warnings"),
    [
        (ld(datePublished="2024-06-17T23:30:00Z"), None, "2024-06-17", None, ("day_utc",)),
        (ld(datePublished="2024-06-17T23:30:00Z"), "Europe/Vienna", "2024-06-18", 120, ()),
        (ld(datePublished="2024-06-17T23:30:00"), None, "2024-06-17", None, ("naive_time",)),
        (ld(datePublished="2024-06-17T23:30:00"), "Europe/Vienna", "2024-06-17", 120, ()),
        (
            ld(datePublished="2024-06-17T23:30:00") + meta("article:published_time", "2024-06-17T23:30:00+03:00"),
            None,
            "2024-06-17",
            180,
            (),
        ),
        (
            ld(datePublished="2024-06-17T21:30:00Z") + '<time datetime="2024-06-17T23:30:00+02:00">x</time>',
            None,
            "2024-06-17",
            120,
            (),
        ),
        (ld(datePublished="2024-06-17"), "Europe/Vienna", "2024-06-17", None, ()),
        (ld(datePublished="2024-07-17T10:00:00+02:00"), None, "2024-07-17", 120, ("future_date",)),
    ],
    ids=["Z", "Z and zone", "naive", "naive and zone", "naive and twin", "Z and time element", "day", "future"],
)
def test_zones(html: str, site: str | None, day: str, offset: int | None, warnings: tuple[str, ...]) -> None:
    found = dates(html + "<p>x", site=SiteRules(name="courier", timezone=site) if site else None)
    assert (str(found.day), found.utc_offset, found.warnings) == (day, offset, warnings)
    assert (found.date_published is None) == ("naive_time" in warnings or found.date_raw == "2024-06-17")


def test_the_address_tells_the_publisher_s_day() -> None:
    found = dates(ld(datePublished="2024-06-17T23:01:00Z"), url="https://x.example/2024/06/18/bridge")
    assert (found.day, found.warnings) == (dt.date(2024, 6, 18), ())


def test_an_address_keeps_the_first_day_of_what_was_stamped_anew() -> None:
    found = dates(ld(datePublished="2024-06-17T10:00:00Z"), url="https://x.example/2019/03/02/bridge")
    assert (found.day, found.date_source, found.date_raw) == (dt.date(2019, 3, 2), "url", "2019/03/02")


def test_relative_words_count_back_from_the_capture() -> None:
    found = dates('<html lang="de">' + H1 + "<span class=time>vor 3 Stunden</span><p>x")
    assert found.date_published == NOW - dt.timedelta(hours=3)
    assert found.date_raw == "vor 3 Stunden"


def test_the_entrance_speaks_where_the_page_is_silent() -> None:
    stamp = dt.datetime(2024, 6, 17, 10, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    announced = Announcement(
        entrance="https://x.example/feed", kind="feed", seen_at=NOW, date=stamp, date_raw="Mon, 17 Jun"
    )
    found = dates("<title>x</title><p>silent</p>", announcement=announced)
    assert (found.date_published, found.date_source, found.date_raw) == (stamp, "feed", "Mon, 17 Jun")
    assert found.warnings == ("date_from_entrance",)


def test_a_configured_selector_comes_first() -> None:
    html = ld(datePublished="2024-06-01T10:00:00Z") + "<p class=stamp>17.06.2024</p>"
    found = dates(html, site=SiteRules(name="courier", date=("p.stamp",)))
    assert found.day == dt.date(2024, 6, 17)
    missed = dates(html, site=SiteRules(name="courier", date=("p.gone",)))
    assert missed.day == dt.date(2024, 6, 1)
    assert "selector_unmatched:date" in missed.warnings


def test_an_unknown_zone_of_an_old_capture_is_no_error() -> None:
    found = dates(ld(datePublished="2024-06-17T10:00:00"), site=SiteRules(name="courier", timezone="Mars/Olympus"))
    assert found.warnings == ("naive_time",)


def test_modified_before_published_is_a_warning() -> None:
    found = dates(ld(datePublished="2024-06-17T10:00:00+02:00", dateModified="2024-06-01T10:00:00+02:00"))
    assert found.warnings == ("modified_before_published",)


STORY = "<p>" + "The harbour master said that the wall would be finished before the winter storms arrive. " * 4 + "</p>"


@pytest.mark.parametrize(
    "html",
    [
        STORY + "<div id=comments><p>Bob, 3 May 2019: nice</p></div>",
        STORY + "<div class=related><a href=/a>Old story</a> 3 May 2019</div>",
        STORY + "<img src=/uploads/2019/05/06/wall.jpg>",
        STORY + "<footer>Last updated: 3 May 2019 © 2019</footer>",
        STORY + '<script>var offer = {"startDate": "2019-05-03T22:00:00.000Z"}</script>',
        STORY + STORY.replace("storms arrive", "storms of 6 June 1999 came back"),
    ],
)
def test_days_of_something_else_are_not_guessed(html: str) -> None:
    assert dates(H1 + html).warnings == ("no_date",)


def test_a_paragraph_may_begin_with_its_day() -> None:
    found = dates(H1 + STORY.replace("<p>", "<p>(18.01.2018) "))
    assert (found.day, found.warnings) == (dt.date(2018, 1, 18), ("date_guessed",))


@pytest.mark.parametrize(
    ("stated", "day"),
    [("0001-01-01T00:00:00Z", None), ("2024-02-30", None), ("2567-06-17", "2024-06-17")],
)
def test_what_an_iso_date_can_be(stated: str, day: str | None) -> None:
    found = dates(H1 + ld(datePublished=stated))
    assert found.day == (dt.date.fromisoformat(day) if day else None)


@pytest.mark.parametrize(
    ("published", "modified", "url", "day", "offset"),
    [
        # No clock is seven and a half hours ahead.
        ("2025-02-11T23:55:00Z", "2025-02-12T07:25:00", "https://x.example/a-b", "2025-02-11", None),
        # The address tells the day; the clock that would move it is not believed.
        ("2024-04-08T20:00:00Z", "2024-04-09T04:00:00", "https://x.example/2024/04/08/a-b", "2024-04-08", None),
        # No clock of the domain's country is five hours ahead.
        ("2024-04-08T20:00:00Z", "2024-04-09T01:00:00", "https://x.is/a-b", "2024-04-08", 0),
        ("2024-04-08T20:00:00Z", "2024-04-09T01:00:00", "https://x.example/a-b", "2024-04-09", 300),
    ],
)
def test_no_clock_is_invented(published: str, modified: str, url: str, day: str, offset: int | None) -> None:
    found = dates(H1 + ld(datePublished=published, dateModified=modified), url)
    assert (found.day, found.utc_offset) == (dt.date.fromisoformat(day), offset)
