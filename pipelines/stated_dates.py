"""The dates that a page states for machines: linked data, metas, microdata, the end of its title."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import lxml.html

from pipelines import metas, spoken_dates, timestamps
from pipelines.document import Document
from pipelines.elements import Elements
from pipelines.selectors import Match
from pipelines.timestamps import Stamp

_MOST = 3
# A text that a selector finds is read so far.
_LONGEST = 300
# Letters of a description before its first word or behind its last.
_EDGE = 3
# News pages of these top-level domains write the month first; elsewhere an unmarked 03/04 is the third of April.
_MONTH_FIRST_HOSTS = (".us", ".gov", ".edu", ".mil", ".ph")
_ENGLISH_DAY_FIRST_HOSTS = (
    ".uk", ".ie", ".au", ".nz", ".in", ".za", ".pk", ".ng", ".ke", ".gh", ".sg", ".hk", ".my", ".lk", ".bd", ".mt",
    ".jm", ".tt", ".ug", ".tz", ".zw", ".zm", ".eu", ".de", ".fr", ".it", ".nl", ".ae", ".il", ".cy",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How this page writes its dates."""

    language: str | None
    day_first: bool
    latest: dt.date

    def __call__(self, text: str) -> Stamp | None:
        stamp = timestamps.parse(text)
        if stamp is not None or timestamps.is_iso(text):
            return stamp
        written = spoken_dates.find(text, self.language, day_first=self.day_first, latest=self.latest)
        return written[0].stamp if written else None


@lru_cache(maxsize=1024)
def day_first(language: str | None, name: str) -> bool:
    """Whether ``03/04/2024`` is the third of April on a page in ``language`` at host ``name``."""
    if name.endswith(_MONTH_FIRST_HOSTS):
        return False
    tag = (language or "").lower()
    if tag.startswith("en"):
        region = tag.partition("-")[2]
        if region and region != "us":
            return region not in {"ph"}
        return name.endswith(_ENGLISH_DAY_FIRST_HOSTS)
    return bool(tag) or not name.endswith((".com", ".org", ".net"))


def stated(document: Document, read: Reader, warnings: list[str]) -> Iterator[tuple[str, Stamp]]:
    """Where each date of publication is stated, and the stamp, in order of trust; a configured selector comes first."""
    evidence, site = document.evidence, document.page.site
    if site is not None and site.date:
        matches = document.matches(site.date)
        stamps = [s for match in matches[:_MOST] if (s := _of_match(match, read)) is not None]
        yield from (("selector", stamp) for stamp in stamps)
        if not stamps:
            warnings.append("selector_unreadable:date" if matches else "selector_unmatched:date")
    meta = _by_name(evidence.meta)
    later: list[tuple[str, Stamp]] = []
    for node in evidence.articles[:_MOST]:
        if node.date_published and (stamp := read(node.date_published)):
            if node.origin == "json-ld":
                yield node.origin, stamp
            else:
                later.append((node.origin, stamp))
    yield from _in_meta(meta, metas.PUBLISHED, read)
    yield from later
    for node in evidence.others:
        if (
            node.is_a("WebPage", "ItemPage", "CreativeWork")
            and node.date_published
            and (stamp := read(node.date_published))
        ):
            yield node.origin, stamp
    yield from _in_meta(meta, metas.CREATED, read)
    for node in evidence.articles[:_MOST]:
        if node.date_created and (stamp := read(node.date_created)):
            yield node.origin, stamp
    for source, text in (("meta:og:title", evidence.first_meta("og:title")), ("title", evidence.html_title)):
        if text and (stamp := _at_end(text, read)) is not None:
            yield source, stamp


def changed(document: Document, read: Reader) -> Iterator[tuple[str, Stamp]]:
    """Where each date of the last change is stated, and the stamp, in order of trust."""
    evidence = document.evidence
    for node in evidence.articles[:_MOST]:
        if node.date_modified and (stamp := read(node.date_modified)):
            yield node.origin, stamp
    yield from _in_meta(_by_name(evidence.meta), metas.MODIFIED, read)


_PUNCTUATION = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=4_096)
def folded(name: str) -> str:
    """The name of a meta without its punctuation."""
    return _PUNCTUATION.sub("", name)


def _by_name(meta: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, str]]:
    """Names without punctuation to the name as it stands and its first value."""
    out: dict[str, tuple[str, str]] = {}
    for name, values in meta.items():
        out.setdefault(folded(name), (name, values[0]))
    return out


def _in_meta(meta: Mapping[str, tuple[str, str]], names: Sequence[str], read: Reader) -> Iterator[tuple[str, Stamp]]:
    for folded in names:
        if (entry := meta.get(folded)) is not None and (stamp := read(entry[1])) is not None:
            yield f"meta:{entry[0]}", stamp


def _at_end(title: str, read: Reader) -> Stamp | None:
    """The date that makes up the last part of a title ("Headline | Paper | 28.04.2023")."""
    last = re.split(r"\s[|–—-]\s", title)[-1]
    return read(last) if last != title and len(last) <= 30 else None


def _of_match(match: Match, read: Reader) -> Stamp | None:
    texts = (match,) if isinstance(match, str) else (match.get("datetime"), match.get("content"), _text(match))
    for text in texts:
        if text and (stamp := read(" ".join(text[:_LONGEST].split()))) is not None:
            return stamp
    return None


def _text(element: lxml.html.HtmlElement) -> str:
    return "".join(element.itertext())


def times(elements: Elements) -> Iterator[Stamp]:
    """The first machine-readable stamps of ``<time>`` elements: other readings of the publisher's clock."""
    for element in elements.times[:6]:
        if stamp := timestamps.parse(element.get("datetime") or ""):
            yield stamp


def needs_clock(stamp: Stamp) -> bool:
    """Whether other stamps of the page may tell more of ``stamp``: its zone, or the publisher's own."""
    return stamp.offset is None or stamp.utc


def in_description(document: Document, read: Reader) -> Iterator[Stamp]:
    """The date that begins or ends the page's description ("… (news of 14 January 2020)"), where it holds one only."""
    text = document.evidence.first_meta("og:description") or document.evidence.first_meta("description") or ""
    written = spoken_dates.find(text, read.language, day_first=read.day_first, latest=read.latest)
    if len(written) == 1 and (written[0].start <= _EDGE or len(text) - written[0].end <= _EDGE):
        yield written[0].stamp
