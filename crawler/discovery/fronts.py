"""Front and section pages: the links that look like articles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from crawler.discovery.collector import Collector
from crawler.discovery.dates import instant
from crawler.discovery.links import looks_like_article, may_be_section
from crawler.discovery.model import Discovery, Link
from crawler.discovery.paging import is_archive, next_page
from crawler.discovery.text import MAX_TITLE, plain, tag
from crawler.discovery.urls import BadLink, absolute, host_or_none

# The richest front pages have some 2,000 links.
MAX_ANCHORS = 20_000
MAX_LINKS = 5_000
# Links that lead to lists; a calendar of all days of ten years has 3,650.
MAX_LISTS = 4_000
# How many levels above a time its teaser may begin, and how many articles a teaser may link.
_TEASER_DEPTH = 6
_TEASER_LINKS = 3
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


@dataclass(slots=True)
class _Target:
    """One URL with the best that its anchors say: ``rank`` as in :func:`_title`."""

    rank: int
    title: str
    nofollow: bool
    date: dt.datetime | None = None


def read(text: str, url: str) -> Discovery:
    """The announcements of the page in ``text``, which came from ``url``."""
    collector = Collector(url, limit=MAX_LINKS)
    root = _tree(text)
    if root is None:
        return Discovery(kind=None, reason="unreadable", detail="no element in this page")
    base = _base(root, url)
    own = collector.resolve(url, url)
    collector.language = tag(root.get("lang") or root.get("xml:lang"))
    targets: dict[str, _Target] = {}
    anchors = 0
    addresses: dict[etree._Element, str] = {}
    for element in root.iter("a", "area", "link"):
        target = element.get("href")
        relation = (element.get("rel") or "").lower().split()
        if not target:
            continue
        if element.tag == "link":
            _head_link(element, target, relation, base, collector)
            continue
        anchors += 1
        if anchors > MAX_ANCHORS:
            collector.full = True
            break
        if "next" in relation:
            collector.set_next(target, base)
        address = collector.resolve(target, base)
        if address is not None and address == own:
            collector.drop("own_url")
        elif address is not None:
            addresses[element] = address
            _keep(targets, address, element, nofollow="nofollow" in relation)
    if anchors == 0 and not collector.has_feeds:
        return Discovery(kind=None, reason="not_an_entrance", detail="a page without links")
    articles = {address for address, said in targets.items() if looks_like_article(address, said.title)}
    _date(root, addresses, articles, targets)
    for address, said in targets.items():
        if address in articles:
            link = Link(url="", title=said.title or None, date=said.date, nofollow=said.nofollow)
            collector.add(address, base, link)
        else:
            collector.drop("not_an_article")
            _keep_list(address, url, collector)
    if collector.next is None:
        collector.next = next_page(own or url, targets)
    return collector.discovery("front")


def _keep_list(address: str, url: str, collector: Collector) -> None:
    """Note a link that is no article's and may lead to a list of them."""
    if host_or_none(address) != host_or_none(url):
        return
    if is_archive(address):
        kept = collector.archives
    elif may_be_section(address):
        kept = collector.sections
    else:
        return
    if len(kept) < MAX_LISTS:
        kept.append(address)


def _date(
    root: etree._Element,
    addresses: Mapping[etree._Element, str],
    articles: set[str],
    targets: Mapping[str, _Target],
) -> None:
    """Give each article the ``<time datetime>`` of its teaser: the smallest element around both, with few links."""
    for position, element in enumerate(root.iter("time")):
        if position >= MAX_LINKS:
            break
        moment = instant(element.get("datetime"))
        if moment is None:
            continue
        for depth, around in enumerate(element.iterancestors()):
            if depth >= _TEASER_DEPTH:
                break
            inside = {addresses[anchor] for anchor in around.iter("a") if anchor in addresses} & articles
            if len(inside) > _TEASER_LINKS:
                break
            if inside:
                for address in inside:
                    targets[address].date = targets[address].date or moment
                break


def _keep(targets: dict[str, _Target], address: str, anchor: etree._Element, *, nofollow: bool) -> None:
    """Fold ``anchor`` into what is known of ``address``: a heading beats a text, a text beats a label, then length."""
    rank, title = _title(anchor)
    known = targets.get(address)
    if known is None:
        targets[address] = _Target(rank, title, nofollow)
        return
    known.nofollow = known.nofollow and nofollow
    if (rank, len(title)) > (known.rank, len(known.title)):
        known.rank, known.title = rank, title


def _tree(text: str) -> etree._Element | None:
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(text.encode("utf-8", errors="replace"), parser)
    except etree.LxmlError:
        return None


def _base(root: etree._Element, url: str) -> str:
    """``<base href>`` where it stays on the page's host, else the page's own URL."""
    declared = next((href for element in root.iter("base") if (href := element.get("href"))), None)
    if declared is None:
        return url
    try:
        base = absolute(declared, url)
    except BadLink:
        return url
    return base if host_or_none(base) == host_or_none(url) else url


def _head_link(element: etree._Element, target: str, relation: list[str], base: str, collector: Collector) -> None:
    kind = (element.get("type") or "").lower().partition(";")[0].strip()
    if "alternate" in relation and kind in _FEED_TYPES:
        collector.add_feed(target, base)
    elif "next" in relation:
        collector.set_next(target, base)


def _title(anchor: etree._Element) -> tuple[int, str]:
    """What the link says, with its rank: 3 a heading within it, 2 its text, 1 a label or picture's text, 0 nothing."""
    words: list[str] = []
    heading: list[str] = []
    picture: str | None = None
    size = 0
    inside: etree._Element | None = None
    for event, element in etree.iterwalk(anchor, events=("start", "end")):
        if event == "start":
            if element.tag == "a" and element is not anchor:
                break
            if element.tag in ("script", "style", "noscript", "svg"):
                continue
            if element.tag in _HEADINGS and inside is None and not heading:
                inside = element
            picture = picture or (element.get("alt") if element.tag == "img" else None)
            text = element.text
        else:
            if element is inside:
                inside = None
            text = element.tail if element is not anchor else None
        if text:
            words.append(text)
            if inside is not None:
                heading.append(text)
        size += 1 + len(text or "")
        if size > 4 * MAX_TITLE:
            break
    said = ((3, " ".join(heading)), (2, " ".join(words)))
    labels = ((1, anchor.get(name)) for name in ("aria-label", "title"))
    for rank, text in (*said, *labels, (1, picture)):
        if found := plain(text, markup=False):
            return rank, found
    return 0, ""
