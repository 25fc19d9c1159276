"""The dates that stand on a page for people to read, and how likely each is the article's own."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from functools import lru_cache

import lxml.etree
import lxml.html

from pipelines import date_words, spoken_dates, timestamps
from pipelines.timestamps import Stamp

MAX_SIGHTINGS = 400
MAX_ELEMENTS = 60_000
MAX_TEXT = 300
# A date with less before it begins its element: what stands before it stands in the neighbour.
_BARE = 4
_LABEL = 40

_SKIP = frozenset({"script", "style", "noscript", "template", "svg", "select", "option", "head", "iframe", "textarea"})
# A year, a numeric date, or East Asian year marks: what every date has and little else does.
_MAYBE = re.compile(
    r"(?<!\d)(?:19|20|25)\d\d(?!\d)|\d{1,2}[./\-]\d{1,2}[./\-]\d\d|[年년]|令和|['’]\d\d\b|[٠-٩۰-۹]{4}|(?<!\d)1[34]\d\d(?!\d)"
)
# What each of these holds at least: most texts are told by it in a fifth of the time.
_SIGN = re.compile(r"[\d年년令]")
_PUBLISHED_CLASS = re.compile(
    r"publi|posted|pubdate|date|datum|fecha|datetime|timestamp|time\b|zeit|byline|dateline|entry-meta|created|veroeff"
    r"|kiado|tarih|hora\b|meta\b|\bday\b|\bposted-on|post-info|article-?info|source|inserito|lbl",
    re.IGNORECASE,
)
_FOREIGN_CLASS = re.compile(
    r"comment|kommentar|coment|disqus|reply|replies|respond|forum|related|recommend|similar|teaser|sidebar|widget|promo"
    r"|popular|most-?read|latest|recent|newest|trending|archiv|calendar|kalender|footer|copyright|ticker"
    r"|carousel|slider"
    r"|breadcrumb|\bmenu|\bnav|more-?news|read-?more|also-?read|outbrain|taboola|newsletter|event-|search",
    re.IGNORECASE,
)
_FOREIGN_TAG = frozenset({"nav", "aside", "footer", "form", "blockquote", "figcaption", "del"})
_COPYRIGHT = re.compile(
    r"©|\(c\)|copyright|&copy|all rights|alle rechte|tous droits|founded|established"
    r"|\b(?:since|seit|depuis)\W*(?:\d|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A date on the page: its stamp, whether it names the last change, where it was read (``time`` or ``text``).

    ``labelled`` says that a word right before it names it as the day of publication. ``score`` grows with the signs
    that it is the article's own; from ``TRUSTED`` on it may stand alone, from ``LIKELY`` on it is better than a search
    of the whole page.
    """

    stamp: Stamp
    source: str
    modified: bool
    score: float
    order: int
    labelled: bool = False


TRUSTED = 3.0
LIKELY = 1.0


@dataclass(slots=True)
class _Found:
    stamp: Stamp
    source: str
    element: lxml.html.HtmlElement
    context: str
    order: int
    distance: int
    signature: tuple[str, ...]
    rest: int


def collect(
    tree: lxml.html.HtmlElement,
    *,
    headline: lxml.html.HtmlElement | None,
    language: str | None,
    day_first: bool,
    today: dt.date,
) -> list[Sighting]:
    """The dates that ``tree`` shows, best first.

    ``headline`` is the element that holds the article's headline, ``today`` the day of the capture; later days than
    the one after it are left out, and so are those in copyright lines.
    """
    found = _scan(tree, headline, language, day_first, today)
    counts: dict[tuple[str, ...], set[dt.date]] = {}
    for item in found:
        counts.setdefault(item.signature, set()).add(item.stamp.day)
    shared = shared_with(headline)
    sightings = [_judge(item, len(counts[item.signature]), shared, today) for item in found]
    sightings.sort(key=lambda sighting: (-sighting.score, sighting.order))
    return sightings


def _scan(
    tree: lxml.html.HtmlElement,
    headline: lxml.html.HtmlElement | None,
    language: str | None,
    day_first: bool,
    today: dt.date,
) -> list[_Found]:
    latest = today + dt.timedelta(days=1)
    found: list[_Found] = []
    read = 0  # characters of text so far
    anchor: int | None = None

    def add(text: str, element: lxml.html.HtmlElement, source: str, before: str = "") -> None:
        if len(found) >= MAX_SIGHTINGS:
            return
        for written in spoken_dates.find(text, language, day_first=day_first, latest=latest):
            if written.stamp.day <= latest:
                lead = text[max(0, written.start - 60) : written.start]
                if len(lead) < _BARE and not lead.strip():
                    lead = before or _label_before(element)
                tail = text[written.end : written.end + 30]
                rest = len(text.strip()) - (written.end - written.start)
                found.append(
                    _Found(
                        written.stamp, source, element, f"{lead}\x00{tail}", len(found), read, _signature(element), rest
                    )
                )

    walk = lxml.etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
    steps = 0
    for event, element in walk:
        if event != "start":
            tail = element.tail
            if tail and not tail.isspace() and element is not tree:
                if len(tail) <= MAX_TEXT and _may_be_date(tail) and (parent := element.getparent()) is not None:
                    add(tail, parent, "text", _label_of(element))
                read += len(tail.strip()) if len(tail) < 5_000 else len(tail)
            continue
        steps += 1
        if steps > MAX_ELEMENTS:
            break
        tag = element.tag
        if tag in _SKIP:
            walk.skip_subtree()
            continue
        if element is headline:
            anchor = read
        if tag == "time":
            machine = element.get("datetime") or element.get("content") or element.get("data-datetime") or ""
            words = " ".join("".join(element.itertext()).split())[:MAX_TEXT]
            stamp = timestamps.parse(machine)
            if stamp is not None and _may_be_date(words):
                stamp = _as_read(stamp, spoken_dates.find(words, language, day_first=day_first, latest=latest))
            if stamp is not None and stamp.day <= latest:
                context = f"{_lead(element)}\x00{words}"
                found.append(_Found(stamp, "time", element, context, len(found), read, _signature(element), 0))
            elif _may_be_date(words):
                add(words, element, "time")
            read += len(words)
            walk.skip_subtree()
            continue
        if (
            tag == "abbr"
            and (stamp := timestamps.parse(element.get("title") or "")) is not None
            and stamp.day <= latest
        ):
            # What pages marked up as hAtom (microformats) wrote before there was <time>.
            found.append(
                _Found(stamp, "time", element, f"{_lead(element)}\x00", len(found), read, _signature(element), 0)
            )
            walk.skip_subtree()
            continue
        text = element.text
        if len(element) and _is_dated(element):
            # The date may stand in pieces: <span>12</span> <b>March</b> 2024.
            whole = _short_text(element)
            if whole is not None and _may_be_date(whole) and element.find(".//time") is None:
                add(whole, element, "text")
                read += len(whole)
                walk.skip_subtree()
                continue
        if text and not text.isspace():
            if len(text) <= MAX_TEXT and _may_be_date(text):
                add(text, element, "text")
            read += len(text.strip()) if len(text) < 5_000 else len(text)
    if anchor is not None:
        for item in found:
            item.distance -= anchor
    return found


def _as_read(stamp: Stamp, words: list[spoken_dates.Written]) -> Stamp | None:
    """The ``stamp`` of a ``<time>`` beside the dates in its ``words``: with the zone that they add; None where they
    state one day, and it is neither the stamp's nor a neighbour of it.

    Some systems write the last change into the attribute and the publication into the words; readers see the words.
    """
    days = {written.stamp.day for written in words}
    if len(days) == 1 and abs((days.pop() - stamp.day).days) > 1:
        return None
    local = stamp.local
    if local is not None and stamp.offset is None:
        for seen in (written.stamp for written in words):
            if seen.offset is not None and seen.local == local.replace(second=0, microsecond=0):
                return replace(stamp, offset=seen.offset, utc=seen.utc)
    return stamp


def _may_be_date(text: str) -> bool:
    return _SIGN.search(text) is not None and _MAYBE.search(text) is not None


def _is_dated(element: lxml.html.HtmlElement) -> bool:
    names = _names(element)
    return bool(names) and _says_date(names)


@lru_cache(maxsize=16_384)
def _says_date(names: str) -> bool:
    return bool(_PUBLISHED_CLASS.search(names))


@lru_cache(maxsize=16_384)
def _says_foreign(names: str) -> bool:
    return bool(_FOREIGN_CLASS.search(names))


def _names(element: lxml.html.HtmlElement) -> str:
    get = element.get
    names = f"{get('class') or ''} {get('id') or ''} {get('itemprop') or ''}"
    return names[:300] if len(names) > 2 else ""


def _short_text(element: lxml.html.HtmlElement) -> str | None:
    parts: list[str] = []
    size = 0
    for part in element.itertext():
        size += len(part)
        if size > 160:
            return None
        parts.append(part)
    return " ".join(" ".join(parts).split())


def _lead(element: lxml.html.HtmlElement) -> str:
    """The words just before ``element``."""
    previous = element.getprevious()
    if previous is not None and previous.tail and previous.tail.strip():
        return str(previous.tail[-60:])
    if previous is not None:
        return (_short_text(previous) or "")[-60:]
    parent = element.getparent()
    return str(parent.text or "")[-60:] if parent is not None else ""


def _label_before(element: lxml.html.HtmlElement) -> str:
    """The words just before ``element``, where they are few: a label."""
    previous = element.getprevious()
    if previous is None:
        parent = element.getparent()
        words = str(parent.text or "") if parent is not None else ""
    else:
        words = str(previous.tail or "")
        if not words.strip():
            return _label_of(previous)
    words = " ".join(words.split())
    return words if len(words) <= _LABEL else ""


def _label_of(element: lxml.html.HtmlElement) -> str:
    """The whole text of ``element``, where it is short."""
    words = _short_text(element) or ""
    return words if len(words) <= _LABEL else ""


def _signature(element: lxml.html.HtmlElement) -> tuple[str, ...]:
    """The tags and classes of an element and its two nearest ancestors: items of one list share it."""
    out: list[str] = []
    node: lxml.html.HtmlElement | None = element
    for _ in range(3):
        if node is None:
            break
        out.append(f"{node.tag}.{node.get('class') or ''}")
        node = node.getparent()
    return tuple(out)


def _judge(item: _Found, days: int, shared: frozenset[lxml.html.HtmlElement], today: dt.date) -> Sighting:
    """Weigh the signs: a class that says date, words that say published, closeness to the headline, no foreign box."""
    lead, _, tail = item.context.partition("\x00")
    anchored = bool(shared)
    score = 0.0
    modified = date_words.names_change(lead[-40:], "" if item.source == "time" else tail)
    labelled = not modified and date_words.names_publication(lead[-40:])
    if item.source == "time":
        score += 2
        modified = modified or bool(date_words.CHANGED.search(tail))
    # A date that is all its element says, or nearly, is a mark; one in a sentence is a subject.
    if item.rest <= 25:
        score += 1
    elif item.rest > 60:
        score -= 3
    else:
        score -= 1
    if date_words.PUBLISHED.search(date_words.CHANGED.sub("", lead[-40:])):
        score += 1.5
    if _COPYRIGHT.search(lead) or _COPYRIGHT.search(tail):
        score -= 8
    node: lxml.html.HtmlElement | None = item.element
    dated = False
    for level in range(12):
        if node is None or node in shared or node.tag in {"body", "html"}:
            break
        names = _names(node)
        if level < 3 and not dated and _says_date(names):
            dated = True
            score += 3 - level
            if re.search(r"modif|updat", names, re.IGNORECASE) and not re.search(r"publi|posted", names, re.IGNORECASE):
                modified = True
        if node.tag == "a" and level < 3:
            score -= 1.5
        if node.tag in {"li", "td"} and level < 6:
            score -= 0.5
        node = node.getparent()
    if is_foreign(item.element, shared):
        score -= 5
    if anchored:
        if 0 <= item.distance <= 200:
            score += 4
        elif 0 <= item.distance <= 800:
            score += 2.5
        elif -150 <= item.distance < 0:
            score += 2
        elif item.distance < -150:
            score -= 1
    # Items of one list are dated each by its own day.
    if days in {2, 3} and item.distance > 800 and not (labelled or modified):
        score -= 3
    if days >= 4 and not (anchored and -150 <= item.distance <= 200):
        score -= 4
    if item.stamp.day >= today and item.distance < 0 and item.source == "text":
        score -= 3
    return Sighting(
        stamp=item.stamp,
        source=item.source,
        modified=modified,
        score=score,
        order=item.order,
        labelled=labelled and not modified,
    )


def shared_with(headline: lxml.html.HtmlElement | None) -> frozenset[lxml.html.HtmlElement]:
    """``headline`` and all that holds it: what such an element is called says nothing against a date inside it."""
    return frozenset((headline, *headline.iterancestors())) if headline is not None else frozenset()


def is_foreign(element: lxml.html.HtmlElement, shared: frozenset[lxml.html.HtmlElement]) -> bool:
    """Whether ``element`` stands in a comment, a related article or the like, below what ``shared`` holds."""
    node: lxml.html.HtmlElement | None = element
    for _ in range(12):
        if node is None or node in shared or node.tag in {"body", "html"}:
            return False
        if is_foreign_itself(node):
            return True
        node = node.getparent()
    return False


def is_foreign_itself(element: lxml.html.HtmlElement) -> bool:
    """Whether ``element`` is by its tag or its names a box of comments, of related articles or the like."""
    return element.tag in _FOREIGN_TAG or _says_foreign(_names(element))
