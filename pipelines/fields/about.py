"""The small fields that a page states of itself: description, section, tags, publisher and kind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote, urlsplit

import lxml.html

from pipelines import headlines
from pipelines.candidates import Candidate, Choice
from pipelines.document import Document
from pipelines.normalise import clean, fold, plain
from pipelines.urls import registered_domain
from storage.records import Kind

MAX_TAGS = 50
#: Longer names are no section's; the last breadcrumb is often the headline.
MAX_SECTION = 40
#: A standfirst on the page: shorter is a label, longer a paragraph of the body.
SHORTEST, LONGEST = 40, 700


def _choice(field: str, found: list[Candidate[str]]) -> Choice[str]:
    return Choice(
        field=field, winner=found[0] if found else None, candidates=tuple(found), why="first" if found else ""
    )


def _texts(pairs: Iterable[tuple[str, str | None]]) -> list[Candidate[str]]:
    return [Candidate(value=text, source=source, raw=raw) for source, raw in pairs if raw and (text := plain(raw))]


# --- description ----------------------------------------------------------------------------------------------------

_STANDFIRST = re.compile(
    r"stand-?first|\bdek\b|(?:^|[\s_-])(?:deck|lead|lede|intro|chapo|chapeau|ingress|summary|subtitle"
    r"|sub-?head(?:line|ing)?"
    r"|sub-?title|teaser-?text|vorspann|unterzeile|sommario|occhiello|entradilla|bajada|excerpt|kicker-?text"
    r"|perex|zajawka)(?:$|[\s_-])",
    re.IGNORECASE,
)


def description(document: Document) -> Choice[str]:
    """The standfirst: what the page states, else the short text so marked that stands by the headline."""
    evidence = document.evidence
    pairs: list[tuple[str, str | None]] = [("meta:og:description", evidence.first_meta("og:description"))]
    pairs += [(node.origin, node.description) for node in evidence.articles[:2]]
    pairs += [
        (f"meta:{name}", evidence.first_meta(name))
        for name in ("description", "twitter:description", "dc.description", "dcterms.abstract", "abstract")
    ]
    found = _texts(pairs)
    if not found and (text := _standfirst(document)):
        found.append(Candidate(value=text, source="standfirst", raw=text))
    return _choice("description", found)


def _standfirst(document: Document) -> str | None:
    """The first marked element after the headline whose text has the length of a standfirst."""
    headline = document.headline
    seen = headline is None
    for element in document.tree.iter("h1", "h2", "h3", "p", "div", "span"):
        if element is headline:
            seen = True
        marks = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
        if seen and len(marks) > 1 and len(marks) < 300 and _STANDFIRST.search(marks):
            text = _short(element)
            if text is not None:
                return text
    return None


def _short(element: lxml.html.HtmlElement) -> str | None:
    parts: list[str] = []
    size = 0
    for part in element.itertext():
        size += len(part)
        if size > LONGEST * 2:
            return None
        parts.append(part)
    text = clean("".join(parts))
    return text if SHORTEST <= len(text) <= LONGEST else None


# --- section and tags -----------------------------------------------------------------------------------------------


def section(document: Document) -> Choice[str]:
    """The section of the paper that the article stands in: as stated, else the last breadcrumb before the article."""
    evidence = document.evidence
    pairs: list[tuple[str, str | None]] = [
        (node.origin, node.article_section[0]) for node in evidence.articles[:2] if node.article_section
    ]
    pairs += [
        (f"meta:{name}", evidence.first_meta(name))
        for name in ("article:section", "og:article:section", "section", "parsely-section", "articlesection",
                     "og:section",
                     "article.section", "cxenseparse:category", "rubrik", "category", "news:section")
    ]  # fmt: skip
    if not any(text for _, text in pairs):
        pairs.append(("breadcrumbs", _crumb(document)))
        pairs.append(("url", _named_by_link(document)))
    found = [c for c in _texts(pairs) if not c.value.startswith("http") and len(c.value) <= 120]
    return _choice("section", [_single(candidate) for candidate in found])


def _single(candidate: Candidate[str]) -> Candidate[str]:
    """The first of several sections in one string."""
    first = re.split(r"\s*(?:[,;|>»]|/(?=\S))\s*", candidate.value, maxsplit=1)[0]
    return Candidate(value=first or candidate.value, source=candidate.source, raw=candidate.raw)


_HOME = frozenset(
    {
        "home", "homepage", "start", "startseite", "accueil", "inicio", "início", "nyheter", "hjem", "forside",
        "ホーム", "トップ", "top", "главная", "головна", "αρχική", "ana sayfa", "首页", "首頁", "홈",
        "الرئيسية", "strona główna", "domů", "etusivu", "trang chủ", "beranda", "you are here",
        "sie sind hier", "vous êtes ici", "ראשי", "hjemmeside",
    }
)  # fmt: skip
_TRAIL = re.compile(
    r"bread-?crumb|brotkr[uü]m|(?:^|[\s_-])(?:crumbs?|pan|pankuzu|ariane|migas|rastro)(?:$|[\s_-])", re.IGNORECASE
)


def _crumb(document: Document) -> str | None:
    """The first step of the page's trail that is neither its start, its site nor the article itself."""
    evidence = document.evidence
    trails = [node.crumbs for node in (*evidence.articles, *evidence.others) if node.crumbs] or _trails(document.tree)
    titles = {headlines.key(text) for text in (evidence.html_title, evidence.first_meta("og:title")) if text}
    sites = headlines.site_keys(
        [evidence.first_meta("og:site_name"), *(n.publisher.name for n in evidence.articles if n.publisher)],
        registered_domain(document.page.url),
    )

    def is_step(name: str) -> bool:
        mine = headlines.key(name)
        if not mine or len(name) > 60 or name.endswith(":") or fold(name) in _HOME or headlines.is_site(name, sites):
            return False
        return not any(mine in title and (len(name) > 25 or mine == title) for title in titles)

    return next((name for trail in trails for name in trail if is_step(name)), None)


@lru_cache(maxsize=16_384)
def _is_trail(marks: str) -> bool:
    """Whether the class, id and label of an element are a trail's; pages repeat the same ones."""
    return bool(_TRAIL.search(marks))


def _trails(tree: lxml.html.HtmlElement) -> list[tuple[str, ...]]:
    """The steps of trails that the page shows, each trail a short line of links and words with marks between."""
    found: list[tuple[str, ...]] = []
    for element in tree.iter("nav", "ol", "ul", "p", "div"):
        marks = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('aria-label') or ''}"
        if 2 < len(marks) < 200 and _is_trail(marks):
            pieces: list[str] = []
            for part in element.itertext():
                pieces += [clean(piece) for piece in re.split(r"[>›»/|→·]", part[:200])]
                if len(pieces) > 40:
                    break
            steps = tuple(piece for piece in pieces if piece)
            if steps:
                found.append(steps)
        if len(found) >= 3:
            break
    return found


_BREAKS = re.compile(r"[\t\r\n]")


def _named_by_link(document: Document) -> str | None:
    """What the page itself calls the first folder of its address: the text of a link that leads there."""
    try:
        folders = [part for part in urlsplit(document.page.url).path.split("/")[:-1] if part]
    except ValueError:
        return None
    if not folders or folders[0].isdigit() or len(folders[0]) <= 2:
        return None
    wanted = f"/{folders[0]}"
    for count, link in enumerate(document.tree.iter("a")):
        if count > 400:
            break
        href = link.get("href") or ""
        # Most links lead elsewhere and need not be taken apart; white space inside an address is no part of it.
        if wanted not in href and not _BREAKS.search(href):
            continue
        try:
            parts = urlsplit(href.strip())
        except ValueError:
            continue
        if parts.path.rstrip("/") == wanted and not parts.fragment and not parts.query:
            text = clean("".join(link.itertext())[:100])
            if 1 < len(text) <= 40:
                return text
    return None


_SPLIT = re.compile(r"[,;|]")


def tags(document: Document) -> Choice[tuple[str, ...]]:
    """The keywords that the page gives its article, each once."""
    evidence = document.evidence
    sources: list[tuple[str, tuple[str, ...]]] = [(node.origin, node.keywords) for node in evidence.articles[:2]]
    sources += [
        (f"meta:{name}", evidence.meta.get(name, ())[:MAX_TAGS])
        for name in ("article:tag", "og:article:tag", "news_keywords", "parsely-tags", "sailthru.tags", "keywords")
    ]  # fmt: skip
    if not any(values for _, values in sources):
        sources.append(("links", _linked_tags(document)))
    found: list[Candidate[tuple[str, ...]]] = []
    for source, values in sources:
        names: dict[str, str] = {}
        for value in values:
            for part in _SPLIT.split(plain(value)):
                if 1 < len(text := clean(part)) <= 100 and not text.startswith("http"):
                    names.setdefault(fold(text), text)
        if names:
            found.append(Candidate(value=tuple(names.values())[:MAX_TAGS], source=source, raw="; ".join(values)[:500]))
    return Choice(
        field="tags", winner=found[0] if found else None, candidates=tuple(found), why="first" if found else ""
    )


def _linked_tags(document: Document) -> tuple[str, ...]:
    """The texts of links that are marked ``rel="tag"`` (https://microformats.org/wiki/rel-tag)."""
    out: list[str] = []
    for count, link in enumerate(document.tree.iter("a")):
        if count > 2_000 or len(out) >= MAX_TAGS:
            break
        if "tag" in (link.get("rel") or "").split() and (text := clean("".join(link.itertext())[:100])):
            out.append(text.lstrip("#"))
    return tuple(out)


def publisher(document: Document) -> Choice[str]:
    """The name that the page gives its publisher."""
    evidence = document.evidence
    pairs: list[tuple[str, str | None]] = [
        (node.origin, node.publisher.name) for node in evidence.articles[:2] if node.publisher
    ]
    pairs += [
        (f"meta:{name}", evidence.first_meta(name))
        for name in ("og:site_name", "application-name", "publisher", "dc.publisher", "dcterms.publisher", "copyright")
    ]
    pairs += [
        (node.origin, node.name)
        for node in evidence.others
        if node.is_a("NewsMediaOrganization", "WebSite", "Organization")
    ]
    return _choice("publisher", [c for c in _texts(pairs) if not c.value.startswith("http") and len(c.value) <= 200])


# --- kind -----------------------------------------------------------------------------------------------------------

# What papers call the pages on which opinions stand, as section, breadcrumb or part of the address.
_OPINION = re.compile(
    r"(?:^|[/\s_-])(?:opinions?|op-?eds?|editorials?|columns?|columnists?|commentary|comment-?is-?free"
    r"|viewpoints?|letters|leaders?"
    r"|meinung(?:en)?|kommentare?|kolumnen?|leitartikel|gast-?beitrag|gast-?kommentare?|debatte|opini[oó]n(?:es)?|columnas?"
    r"|tribunas?|tribunes?"
    r"|[ée]ditos?|[ée]ditorial|chroniques?|d[ée]bats|points?-de-vue|opinioni?|editoriali|commenti|opini(?:ão"
    r"|ao)|colunas?|colunistas"
    r"|opinie|columnisten|debatt|leder|kronikker?|ytringer|ledare|kultur-debatt|mielipide|kolumnit"
    r"|opinie-i-komentarze|felietony|komentarze"
    r"|komentar[eiz]|n[aá]zory|vélemény|publicisztika|мнени[ея]|колонк[аи]|колумнисты|думка|думки|γνώμη"
    r"|απόψεις|köşe-?yaz(?:ı|i)lar(?:ı|i)|yazarlar"
    r"|社説|オピニオン|コラム|사설|오피니언|칼럼|评论|觀點|社論|رأي|آراء|مقالات|דעות)(?:$|[/\s_-])",
    re.IGNORECASE,
)
_LIVE = re.compile(
    r"(?:^|[/\s_-])(?:live-?blogs?|live-?ticker|live-?updates?|liveticker|en-direct|en-directo|ao-vivo"
    r"|diretta|live-?reporting)(?:$|[/\s_-])",
    re.IGNORECASE,
)
_VIDEO = re.compile(r"/(?:videos?|video-?clips?|mediathek|watch|tv-?clips?)/", re.IGNORECASE)
_NEWS_TYPES = (
    "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "BackgroundNewsArticle", "Report",
    "AskPublicNewsArticle",
    "Article", "BlogPosting",
)  # fmt: skip
_OPINION_TYPES = ("OpinionNewsArticle",)
_OTHER_TYPES = (
    "Recipe", "Review", "ReviewNewsArticle", "AdvertiserContentArticle", "SatiricalArticle", "ScholarlyArticle",
    "TechArticle",
    "MedicalScholarlyArticle", "DiscussionForumPosting",
)  # fmt: skip


def kind(document: Document) -> Choice[Kind]:
    """What sort of piece it is: by its schema.org type, by the section that it stands in, by its address.

    A live blog or an opinion piece that its section or address names as one outweighs a bare NewsArticle, which most
    systems write for everything.
    """
    evidence = document.evidence
    found: list[Candidate[Kind]] = []
    nodes = [node for node in evidence.articles if not node.nested][:3]
    nested_live = any(node.is_a("LiveBlogPosting") for node in evidence.articles[:3])
    if nested_live:
        found.append(Candidate(value="liveblog", source="json-ld", raw="LiveBlogPosting"))
    found += [
        Candidate(value="opinion", source=node.origin, raw=node.types[0])
        for node in nodes
        if node.is_a(*_OPINION_TYPES)
    ]
    path = _path(document.page.url)
    crumbs = [name for node in evidence.others for name in node.crumbs]
    sections = [name for node in nodes for name in node.article_section]
    sections += [*evidence.meta.get("article:section", ()), *crumbs]
    for name in sections[:20]:
        if len(name) <= MAX_SECTION and _OPINION.search(fold(name)):
            found.append(Candidate(value="opinion", source="section", raw=name))
            break
    if match := _OPINION.search(f"{path.rpartition('/')[0]}/"):
        found.append(Candidate(value="opinion", source="url", raw=match[0].strip("/")))
    if match := _LIVE.search(path):
        found.append(Candidate(value="liveblog", source="url", raw=match[0].strip("/")))
    og_type = (evidence.first_meta("og:type") or "").lower()
    if og_type.startswith("video") or (not nodes and _VIDEO.search(path)):
        found.append(
            Candidate(value="video", source="meta:og:type" if og_type.startswith("video") else "url", raw=og_type)
        )
    for node in nodes:
        if node.is_a(*_OTHER_TYPES):
            found.append(Candidate(value="other", source=node.origin, raw=node.types[0]))
        elif node.is_a(*_NEWS_TYPES):
            found.append(Candidate(value="news", source=node.origin, raw=node.types[0]))
    if og_type == "article":
        found.append(Candidate(value="news", source="meta:og:type", raw=og_type))
    return Choice(
        field="kind", winner=found[0] if found else None, candidates=tuple(found), why="first" if found else ""
    )


def _path(url: str) -> str:
    try:
        return fold(unquote(urlsplit(url).path))
    except ValueError:
        return ""
