"""Dates where nothing names them: relative ones ("3 hours ago") and a search of the whole page."""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import lxml.html

from pipelines.document import Document
from pipelines.timestamps import EARLIEST, Stamp, parse
from pipelines.visible_dates import is_foreign, is_foreign_itself, shared_with

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

#: htmldate walks the page several times; a page of more source than this is left undated.
MAX_SOURCE = 3_000_000
_RELATIVE_CLASS = re.compile(r"date|time|publi|posted|ago\b|stamp|meta|byline", re.IGNORECASE)
# A bare number of minutes says how long the reading takes.
_READING = re.compile(
    r"\W*\d{1,3}\s?(?:min|мин|хв|λεπτ|dk\b|dakika|phút|menit|minit|นาที|perc\b)\w*\.?\W*", re.IGNORECASE
)
# A number, or a word for today or yesterday.
_RELATIVE = re.compile(
    r"\d{1,2}|\b(?:an?|eine[rmn]?|un[ea]?|yesterday|today|gestern|heute|hier|aujourd'hui|ayer|hoy|ieri|oggi|ontem|hoje"
    r"|gisteren|vandaag|i ?går|i ?dag|eilen|tänään|í gær|í dag|wczoraj|dzisiaj|dziś|včera|dnes|tegnap|ma|azi|вчера|днес"
    r"|jučer|juče|danas|јуче|данас|včeraj|danes|χθες|χτες|σήμερα|dün|bugün|сегодня|вчора|сьогодні|vakar|šiandien|šodien"
    r"|eile|täna|kemarin|hari ini|semalam|hôm qua|hôm nay|jana|leo)\b|أمس|اليوم|אתמול|היום|دیروز|امروز|آج|आज|গতকাল|আজ"
    r"|เมื่อวาน|วันนี้|昨天|今天|昨日|本日|今日|어제|오늘",
    re.IGNORECASE,
)
# Units in languages whose relative dates dateparser 1.4 does not read (tried with three hours in each of 45).
_UNREAD = frozenset(("lt", "et", "ta", "th", "zh"))
_UNITS = {
    "minutes": re.compile(r"minut|นาที|நிமிட|分鐘"),
    "hours": re.compile(r"valand|tund|ชั่วโมง|மணி|小時"),
    "days": re.compile(r"dien|päeva|วัน|நாட்|நாள்"),
}
# Tags that dateparser knows by another name.
_CODES = {"no": "nb", "nn": "nb", "iw": "he", "in": "id", "sh": "hr"}
_NUMBER = re.compile(r"\d{1,3}")
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
        if not 2 <= len(text) <= 40 or not _RELATIVE.search(text) or _YEARS.search(text):
            continue
        if is_foreign(element, shared) or (element.tag != "time" and _READING.fullmatch(text)):
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

    base = (language or "en").partition("-")[0].lower()
    base = _CODES.get(base, base)
    languages = [base] if base == "en" else [base, "en"]
    numbers = _NUMBER.findall(text)
    unit = next((name for name, pattern in _UNITS.items() if pattern.search(text)), None) if base in _UNREAD else None
    if unit is not None and len(numbers) == 1:
        text_read, languages = f"{int(numbers[0])} {unit} ago", ["en"]
    else:
        text_read = text
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
        data = parser.get_date_data(text_read)
    except (ValueError, OverflowError, RecursionError):
        return None
    moment = data.date_obj
    if moment is None or not EARLIEST <= moment.date() <= now.date():
        return None
    # Counted in hours or minutes, an instant follows; counted in days, only the day.
    precise = (now.replace(tzinfo=None) - moment.replace(tzinfo=None)) % dt.timedelta(days=1) >= dt.timedelta(minutes=1)
    if precise:
        return Stamp(
            day=moment.date(), time=moment.time().replace(second=0, microsecond=0), offset=0, utc=True, raw=text
        )
    return Stamp(day=moment.date(), raw=text)


# The languages in which most undated pages of the saved ones were written.
_WORDS = ("en", "es", "fr", "de", "it", "pt", "nl", "ru", "pl", "sv", "da", "tr")


@lru_cache(maxsize=1)
def _words() -> DateDataParser:
    """The parser that htmldate shall ask for dates in words, in place of its own.

    Its own reads the tables of all 205 locales when it is first asked, which takes seconds, and tries first what it
    found last, so that a page's date would hang on the pages before.
    """
    from dateparser.date import DateDataParser

    settings = {
        "PARSERS": ["custom-formats", "absolute-time"],
        "PREFER_DATES_FROM": "past",
        "RETURN_AS_TIMEZONE_AWARE": False,
        "STRICT_PARSING": True,
    }
    return DateDataParser(languages=list(_WORDS), try_previous_locales=False, settings=settings)


def search(document: Document, latest: dt.date) -> Stamp | None:
    """The day that htmldate finds in the page, original rather than updated; None where it finds none.

    It is shown the page without comments, related articles, footers, pictures and code, and of its paragraphs only
    the beginning: the days that these name are others. A first of a month is what it makes of a month or a year
    alone, as copyright lines have them, and is no answer.
    """
    from htmldate import extractors, find_date

    extractors.get_external_parser = _words
    if len(document.page.body) > MAX_SOURCE:
        return None
    text = find_date(
        _searched(document.tree, document.headline),
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
    return Stamp(day=day) if day is not None and day.day != 1 else None


# A longer text is a paragraph, not a line about the article; it may begin with the day: "(18.1.2018) The herd …".
_LINE = 160
_HEAD = 40
_MARK = "data-broadsheet"
_MEDIA = frozenset({"img", "picture", "source", "video", "iframe", "footer"})
# Code holds no day that a reader sees, and htmldate's expressions take longer for it than for all the text.
_CODE = frozenset({"script", "style", "svg"})
_ASIDE = ("p", "div", "section", "aside", "ul", "ol", "li", *sorted(_MEDIA | _CODE))


def _searched(tree: lxml.html.HtmlElement, headline: lxml.html.HtmlElement | None) -> lxml.html.HtmlElement:
    """A copy of ``tree`` without what speaks of other days than the article's own."""
    shared = shared_with(headline)
    marked = [(element, what) for element in tree.iter(*_ASIDE) if (what := _aside(element, shared))]
    for element, what in marked:
        element.set(_MARK, what)
    copied = copy.deepcopy(tree)
    for element, _ in marked:
        del element.attrib[_MARK]
    for element in copied.xpath(f"//*[@{_MARK}]"):
        if element.get(_MARK) == "paragraph":
            head, tail = "".join(element.itertext())[:_HEAD], element.tail
            element.clear()
            element.text, element.tail = head, tail
        elif element.getparent() is not None:
            element.drop_tree()
    return copied


def _aside(element: lxml.html.HtmlElement, shared: frozenset[lxml.html.HtmlElement]) -> str:
    if element in shared:
        return ""
    if element.tag in _CODE:
        # Linked data it looks up by its keys.
        return "" if "ld+json" in (element.get("type") or "") else "foreign"
    if element.tag in _MEDIA or is_foreign_itself(element):
        return "foreign"
    if element.tag == "p":
        size = 0
        for text in element.itertext():
            size += len(text)
            if size > _LINE:
                return "paragraph"
    return ""
