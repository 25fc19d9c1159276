"""The headline as a reader sees it, without the site's name, section, date or kicker around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import lxml.html

from pipelines import headlines, tokens
from pipelines.candidates import Candidate, Choice
from pipelines.document import Document
from pipelines.normalise import clean, fold, plain
from pipelines.urls import registered_domain

MAX_TITLE = 1_000
MAX_HEADINGS = 20
_SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# Share of common words below which a heading speaks of something else than the page's other titles.
_RELATED = 0.12
_QUOTES = "\"'“„«‘”’"
# Where a heading cannot be the page's headline.
_OUTSIDE = frozenset({"nav", "aside", "footer", "noscript", "template", "dialog"})


def choose(document: Document) -> Choice[str]:
    """The headline of ``document``; the winner is None where nothing names one.

    Two statements that agree beat one that stands alone: ``og:title`` is what editors write for people, unless the
    linked data and the heading on the page say one thing and the ``<title>`` and ``og:title`` another; where there is
    no linked data, the heading on the page is the headline.
    """
    warnings: list[str] = []
    site = document.page.site
    if site is not None and site.title:
        for match in document.matches(site.title):
            if text := clean(match) if isinstance(match, str) else heading_text(match):
                configured = Candidate(value=text, source="selector")
                return Choice(field="title", winner=configured, candidates=(configured,), why="configured")
        warnings.append("selector_unmatched:title")
    found = _candidates(document)
    winner, why = _elect(found)
    if winner is None:
        winner, why = _elsewhere(document)
        if winner is not None:
            found = [*found, winner]
            warnings.append("title_from_url" if winner.source == "url" else "title_from_entrance")
    return Choice(field="title", winner=winner, candidates=tuple(found), why=why, warnings=tuple(warnings))


def heading_text(element: lxml.html.HtmlElement) -> str:
    """The text of a heading: siblings that touch are parted, line breaks are spaces."""
    return clean("".join(_in_order(element)))


def _in_order(element: lxml.html.HtmlElement) -> list[str]:
    parts: list[str] = []
    size = 0
    stack: list[tuple[lxml.html.HtmlElement, bool]] = [(element, False)]
    while stack and size < MAX_TITLE * 4:
        node, leaving = stack.pop()
        if leaving:
            if node is not element and node.tail:
                parts.append(node.tail)
                size += len(node.tail)
            continue
        if not isinstance(node.tag, str) or node.tag in {"script", "style", "svg", "button", "template"}:
            if node is not element and node.tail:
                parts.append(node.tail)
            continue
        previous = node.getprevious() if node is not element else None
        if node.tag in {"br", "p", "div", "li"} or (previous is not None and not previous.tail):
            parts.append(" ")
        if node.text:
            parts.append(node.text)
            size += len(node.text)
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node))
    return parts


def _headings(document: Document) -> list[str]:
    """The texts of the page's ``h1`` (its ``h2`` where it has none) outside navigation and the like."""
    out: list[str] = []
    for headings in (document.elements.headings, document.elements.subheadings):
        for element in headings[:MAX_HEADINGS]:
            text = heading_text(element)
            if not 1 < len(text) <= MAX_TITLE or text in out:
                continue
            if next(element.iterancestors(*_OUTSIDE), None) is None:
                out.append(text)
        if out:
            break
    return out


def _candidates(document: Document) -> list[Candidate[str]]:
    """Every statement of the headline, cleaned of its surroundings, in order of trust."""
    evidence, page = document.evidence, document.page
    raw: list[tuple[str, str]] = []
    if og := evidence.first_meta("og:title"):
        raw.append(("meta:og:title", og))
    if node := next((node for node in evidence.articles if node.headline or node.name), None):
        raw.append((node.origin, node.headline or node.name or ""))
    headings = _headings(document)
    if twitter := evidence.first_meta("twitter:title"):
        raw.append(("meta:twitter:title", twitter))
    if evidence.html_title:
        raw.append(("title", evidence.html_title))
    if other := evidence.first_meta(
        "title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title", "headline"
    ):
        raw.append(("meta:title", other))
    texts = [(source, text[:MAX_TITLE], plain(text[:MAX_TITLE])) for source, text in raw]
    names = [evidence.first_meta("og:site_name"), evidence.first_meta("application-name")]
    names += [node.publisher.name for node in evidence.articles if node.publisher]
    names += [node.name for node in evidence.others if node.is_a("WebSite", "NewsMediaOrganization", "Organization")]
    sites = headlines.site_keys(names, registered_domain(page.url))
    sections = frozenset(headlines.key(name) for node in evidence.articles for name in node.article_section)
    sections |= {headlines.key(evidence.first_meta("article:section") or "")} - {""}
    known = frozenset(headlines.key(text) for text in (*(clean_text for _, _, clean_text in texts), *headings))
    out = [
        Candidate(value=value, source=source, raw=original)
        for source, original, text in texts
        if text and (value := headlines.strip(text, sites, sections, known)) and headlines.key(value) not in sites
    ]
    if heading := _headline_among(headings, [c.value for c in out], page.url, sites):
        value = headlines.strip(heading, sites, sections, known - {headlines.key(heading)})
        out.insert(min(2, len(out)), Candidate(value=value, source="h1", raw=heading))
    return out


def _tokens(text: str) -> set[str]:
    folded = fold(text)
    words = {word for word in tokens.split(_SPACELESS.sub(" ", folded)) if len(word) > 2}
    return words | {a + b for a, b in pairwise(folded) if _SPACELESS.match(a) and _SPACELESS.match(b)}


def _headline_among(headings: Sequence[str], others: Sequence[str], url: str, sites: frozenset[str]) -> str | None:
    """The heading that shares most words with the page's other titles and its address; the first where none does."""
    keys = {headlines.key(text) for text in others}
    usable = [heading for heading in headings if headlines.key(heading) not in sites]
    exact = next((heading for heading in usable if headlines.key(heading) in keys), None)
    if exact is not None or not usable:
        return exact
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        path = ""
    wanted = [_tokens(text) for text in (*others, path.replace("-", " ").replace("_", " "))]
    scored = [(max(_overlap(_tokens(heading), theirs) for theirs in wanted), heading) for heading in usable]
    best = max(scored, key=lambda pair: pair[0])
    return best[1] if best[0] >= _RELATED or not others else None


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / (len(one | other) or 1)


def _elect(found: Sequence[Candidate[str]]) -> tuple[Candidate[str] | None, str]:
    by_source = {candidate.source: candidate for candidate in reversed(found)}
    og, heading, title = by_source.get("meta:og:title"), by_source.get("h1"), by_source.get("title")
    linked = by_source.get("json-ld") or by_source.get("microdata")

    def same(one: Candidate[str] | None, other: Candidate[str] | None) -> bool:
        return one is not None and other is not None and headlines.key(one.value) == headlines.key(other.value)

    if og is not None and (longer := _completed(og, found)) is not None:
        return longer, f"{og.source} is cut short"
    if og is not None and linked is not None:
        if same(og, linked) or same(og, heading):
            return og, "og:title agrees"
        if same(linked, heading) and same(og, title):
            return linked, "linked data and heading agree"
        return og, "first"
    if og is not None and heading is not None:
        if same(og, heading):
            return og, "og:title agrees with heading"
        if _ends_with(heading.value, og.value):
            return og, "the heading has a kicker before it"
        return heading, "the heading, without linked data"
    if linked is not None and not same(linked, heading) and not same(linked, title) and same(heading, title):
        assert heading is not None
        return heading, "heading and title agree"
    for candidate in (og, linked, heading, by_source.get("meta:twitter:title"), title, by_source.get("meta:title")):
        if candidate is not None:
            return candidate, "first"
    return None, ""


def _completed(og: Candidate[str], found: Sequence[Candidate[str]]) -> Candidate[str] | None:
    """Another candidate that goes on where ``og`` breaks off at an ellipsis or at a quote that its markup lost."""
    start = og.value.rstrip("… .") if og.value.endswith(("…", "...")) else None
    for other in found:
        if other is og or len(other.value) <= len(og.value):
            continue
        if start and len(start) > 15 and fold(other.value).startswith(fold(start)):
            return other
        rest = other.value[len(og.value) :].lstrip()
        if other.value.startswith(og.value) and rest[:1] in _QUOTES and og.raw is not None and '"' not in og.raw:
            return other
    return None


def _ends_with(text: str, ending: str) -> bool:
    whole, tail = headlines.key(text), headlines.key(ending)
    return whole.endswith(tail) and len(tail) * 2 > len(whole)


def _elsewhere(document: Document) -> tuple[Candidate[str] | None, str]:
    """What the entrance announced, or the words of the address."""
    announcement = document.page.announcement
    if announcement is not None and announcement.title and (text := plain(announcement.title[:MAX_TITLE])):
        return Candidate(value=text, source="entrance", raw=announcement.title), "the page is silent"
    try:
        path = unquote(urlsplit(document.page.url).path)
    except ValueError:
        return None, ""
    slug = max(path.rsplit("/", 2)[-2:] or [""], key=len)
    words = [word for word in re.split(r"[-_+\s]+", re.sub(r"\.\w{2,5}$", "", slug)) if not word.isdigit()]
    text = clean(" ".join(words))
    if len(words) >= 3 and text:
        return Candidate(value=text[:1].upper() + text[1:], source="url", raw=slug), "the page is silent"
    return None, ""
