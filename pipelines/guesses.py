"""Dates where nothing names them: relative ones ("3 hours ago") and a search of the whole page."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import lxml.html

from pipelines.document import Document
from pipelines.timestamps import EARLIEST, Stamp, parse
from pipelines.visible_dates import is_foreign, shared_with

#: htmldate walks the page several times; a page of more source than this is left undated.
MAX_SOURCE = 3_000_000
_RELATIVE_CLASS = re.compile(r"date|time|publi|posted|ago\b|stamp|meta|byline", re.IGNORECASE)
_RELATIVE = re.compile(r"\d{1,2}|\b(?:an?|eine[rmn]?|un[ea]?|yesterday|today|gestern|heute|hier|ayer|hoy|ieri|oggi)\b")
_MOST = 4


# The keys under which content systems keep the publication in the data of their scripts.
_KEYED = re.compile(
    r"""\\?["'](?:datePublished|date_published|publishedAt|published_at|publishDate|publish_date|publicationDate"""
    r"""|publication_date|published_time|firstPublished(?:At|Date)?"
    r"|displayDate)\\?["']\s{0,3}:\s{0,3}\\?["']([\dTZ:.+\- /]{8,35})"""
)


def in_scripts(tree: lxml.html.HtmlElement, latest: dt.date) -> Iterator[Stamp]:
    """The stamp that the page's scripts state under a key of publication, where all of them agree on the day."""
    stamps: list[Stamp] = []
    for script in tree.iter("script"):
        text = script.text
        if text and len(text) <= MAX_SOURCE:
            for match in _KEYED.finditer(text):
                if (stamp := parse(match[1])) is not None and stamp.day <= latest:
                    stamps.append(stamp)
                if len(stamps) > 50:
                    return
    if len({stamp.day for stamp in stamps}) == 1:
        yield max(stamps, key=lambda stamp: (stamp.offset is not None, stamp.time is not None))


def relative(
    tree: lxml.html.HtmlElement, headline: lxml.html.HtmlElement | None, language: str | None, now: dt.datetime
) -> Iterator[Stamp]:
    """Stamps of short texts such as "vor 3 Stunden" in elements that are marked as dates, counted back from ``now``.

    Those in comments and related articles are left out, as :func:`pipelines.visible_dates.is_foreign` knows them.
    """
    tried = 0
    shared = shared_with(headline)
    for element in tree.iter("time", "span", "div", "p", "small"):
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if element.tag != "time" and not _RELATIVE_CLASS.search(names):
            continue
        if len(element) > 2:
            continue
        text = " ".join("".join(element.itertext())[:80].split())
        if not 4 <= len(text) <= 40 or not _RELATIVE.search(text.casefold()) or _YEARS.search(text):
            continue
        if is_foreign(element, shared):
            continue
        tried += 1
        if tried > _MOST:
            return
        stamp = _ago(text, language, now)
        if stamp is not None:
            yield stamp


_YEARS = re.compile(r"\d{4}")


def _ago(text: str, language: str | None, now: dt.datetime) -> Stamp | None:
    from dateparser.date import DateDataParser

    base = (language or "en").partition("-")[0]
    languages = [base] if base == "en" else [base, "en"]
    try:
        parser = DateDataParser(
            languages=languages,
            settings={
                "RELATIVE_BASE": now.replace(tzinfo=None),
                "TIMEZONE": "UTC",
                "PARSERS": ["relative-time"],
                "PREFER_DATES_FROM": "past",
            },
        )
        data = parser.get_date_data(text)
    except (ValueError, OverflowError, RecursionError):
        return None
    moment = data.date_obj
    if moment is None or not EARLIEST <= moment.date() <= now.date():
        return None
    # Counted in hours or minutes, an instant follows; counted in days, only the day.
    precise = data.period == "time" or re.search(
        r"min|hour|stund|heure|hora|ora|ore|uur|tim|час|мин|時間|分|시간|분", text.lower()
    )
    if precise:
        return Stamp(
            day=moment.date(), time=moment.time().replace(second=0, microsecond=0), offset=0, utc=True, raw=text
        )
    return Stamp(day=moment.date(), raw=text)


def search(document: Document, latest: dt.date) -> Stamp | None:
    """The day that htmldate finds in the page, original rather than updated; None where it finds none.

    Its first of January is what it makes of a year alone, as copyright lines have it, and is no answer.
    """
    from htmldate import find_date

    if len(document.page.body) > MAX_SOURCE:
        return None
    text = find_date(
        document.tree,
        url=document.page.url,
        original_date=True,
        extensive_search=True,
        min_date=EARLIEST.isoformat(),
        max_date=latest.isoformat(),
    )
    try:
        day = dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return Stamp(day=day) if day is not None and (day.month, day.day) != (1, 1) else None
