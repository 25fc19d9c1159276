"""The section of the paper that an article stands in, as the paper names it to its readers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import urlsplit

import lxml.html

from pipelines import headlines
from pipelines.candidates import Candidate, Choice
from pipelines.document import Document
from pipelines.fields.about import texts
from pipelines.normalise import clean, fold
from pipelines.urls import registered_domain

_LONGEST = 120
_METAS = (
    "article:section", "og:article:section", "section", "parsely-section", "articlesection", "og:section",
    "article.section", "cxenseparse:category", "rubrik", "category", "news:section",
)  # fmt: skip
# Where a trail begins, and what its label says to those who hear the page.
_HOME = frozenset(
    {
        "home", "homepage", "home page", "start", "startseite", "zur startseite", "accueil", "inicio", "início",
        "hjem", "ホーム", "トップ", "トップページ", "top",
        "главная",
        "главная страница", "головна", "начало", "αρχική", "ana sayfa", "anasayfa", "首页", "首頁", "홈", "الرئيسية",
        "strona główna", "domů", "domov", "hlavní stránka", "hlavná stránka", "etusivu", "trang chủ", "beranda",
        "หน้าแรก", "početna", "naslovna", "naslovnica", "acasă", "főoldal", "avaleht", "sākums", "pradžia",
        "forsíða", "ראשי", "hjemmeside", "hem", "होम", "হোম", "صفحه اصلی", "خانه", "صفحہ اول", "mwanzo", "nyumbani",
        "laman utama", "you are here", "sie sind hier", "sie befinden sich hier", "vous êtes ici", "estás aquí",
        "está en", "sei qui", "você está aqui", "u bevindt zich hier", "du er her", "du är här", "jesteś tutaj",
        "nacházíte se zde", "breadcrumb", "breadcrumbs", "pfadnavigation", "brotkrumen",
        "brotkrümelnavigation", "fil d'ariane", "navigation", "menu", "zurück", "back", "retour", "volver",
        "tilbage", "tillbaka", "terug", "all",
    }
)  # fmt: skip
# Sections to a newspaper where they are stated, the start where a trail begins with them.
_FRONT = frozenset({"front page", "portada", "capa", "forside", "forsiden", "címlap", "à la une"})
# A paper's word for all that it prints: true, and less than the step that follows it.
_NEWS = frozenset(
    {
        "news", "all news", "latest news", "latest", "nachrichten", "aktuell", "aktuelles", "meldungen",
        "neuigkeiten", "alle news", "noticias", "últimas noticias", "actualidad", "actualités", "actualité", "actus",
        "notizie", "ultime notizie", "notícias", "nieuws", "nyheder", "nyheter", "uutiset", "fréttir", "wiadomości",
        "aktualności", "zprávy", "správy", "hírek", "știri", "vijesti", "vesti", "novice", "naujienos", "ziņas",
        "uudised", "новости", "новини", "вести", "ειδήσεις", "haberler", "haber", "أخبار", "الأخبار", "חדשות",
        "اخبار", "خبریں", "समाचार", "সংবাদ", "ニュース", "뉴스", "新闻", "新聞", "tin tức", "ข่าว", "berita", "habari",
        "izindaba", "articles", "artikel", "alle artikel", "article", "blog", "story",
    }
)  # fmt: skip
# "{$category}", "var x = y", "news_news": what a template or a script left, or a name for machines.
_CODE = re.compile(r"[{}<>=_$\\]|^/|\(\)|^\W*$|^\d+$|^#?(?:[\w-]+\.)+[a-z]{2,7}$")
_DAY = re.compile(
    r"\d{1,2}(?:\.|st|nd|rd|th)?\s?[^\W\d]{3,}\.?,?\s?(?:19|20)\d\d|[^\W\d]{3,}\.?\s\d{1,2},\s?(?:19|20)\d\d"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
)
# What stands beside a trail, or labels it.
_BESIDE = re.compile(
    r"bread-?crumb|navigation|^(?:share|teilen|print|drucken|compartir|partager|condividi)$", re.IGNORECASE
)


def choose(document: Document) -> Choice[str]:
    """The section as stated, else the first telling step of the page's trail, else what the page calls its folder.

    A word for news at large gives way to another place that is more exact, where there is one.
    """
    evidence = document.evidence
    pairs: list[tuple[str, str | None]] = [
        (node.origin, node.article_section[0]) for node in evidence.articles[:2] if node.article_section
    ]
    pairs += [(f"meta:{name}", evidence.first_meta(name)) for name in _METAS]
    found = _sections(pairs)
    if all(fold(candidate.value) in _NEWS for candidate in found):
        found += _sections([("breadcrumbs", _crumb(document))])
    if not found:
        found += _sections([("url", _named_by_link(document))])
    exact = next((candidate for candidate in found if fold(candidate.value) not in _NEWS), None)
    winner = exact or (found[0] if found else None)
    why = "" if winner is None else "first" if winner is found[0] else "more exact than a word for news"
    return Choice(field="section", winner=winner, candidates=tuple(found), why=why)


def _sections(pairs: Iterable[tuple[str, str | None]]) -> list[Candidate[str]]:
    found = [_single(candidate) for candidate in texts(pairs)]
    return [candidate for candidate in found if len(candidate.value) <= _LONGEST and is_section(candidate.value)]


def is_section(name: str) -> bool:
    """Whether ``name`` may be a section's: neither code nor an address, a day, or the start of a trail."""
    return not (name.startswith("http") or _CODE.search(name) or _DAY.search(name) or fold(name) in _HOME)


def _is_beside(name: str) -> bool:
    return name.endswith(":") or fold(name) in _FRONT or bool(_BESIDE.search(name))


def _single(candidate: Candidate[str]) -> Candidate[str]:
    """The first of several sections in one string."""
    first = re.split(r"\s*(?:[,;|>»]|/(?=\S))\s*", candidate.value, maxsplit=1)[0]
    return Candidate(value=first or candidate.value, source=candidate.source, raw=candidate.raw)


# More trails than these are menus that are called so.
_TRAILS = 3
_UNSPOKEN = frozenset({"script", "style", "template", "noscript", "h1", "h2", "h3", "h4", "h5", "h6"})
_TRAIL = re.compile(
    r"bread-?crumb|brotkr[uü]m|(?:^|[\s_-])(?:crumbs?|pan|pankuzu|ariane|migas|rastro)(?:$|[\s_-])", re.IGNORECASE
)


def _crumb(document: Document) -> str | None:
    """The first step of the page's trail that is neither its start, its site nor the article itself."""
    evidence = document.evidence
    stated = [node.crumbs for node in (*evidence.articles, *evidence.others) if node.crumbs]
    titles = {headlines.key(text) for text in (evidence.html_title, evidence.first_meta("og:title")) if text}
    sites = headlines.site_keys(
        [evidence.first_meta("og:site_name"), *(n.publisher.name for n in evidence.articles if n.publisher)],
        registered_domain(document.page.url),
    )

    def is_step(name: str) -> bool:
        mine = headlines.key(name)
        if not mine or len(name) > 60 or _is_beside(name) or not is_section(name) or headlines.is_site(name, sites):
            return False
        return not any(mine in title and (len(name) > 25 or mine == title) for title in titles)

    news: str | None = None
    for trail in stated or _trails(document.tree):
        for name in filter(is_step, trail):
            if fold(name) not in _NEWS:
                return name
            news = news or name
    return news


@lru_cache(maxsize=16_384)
def _is_trail(marks: str) -> bool:
    """Whether the class, id and label of an element are a trail's; pages repeat the same ones."""
    return bool(_TRAIL.search(marks))


def _trails(tree: lxml.html.HtmlElement) -> Iterator[tuple[str, ...]]:
    """The steps of trails that the page shows, each trail a short line of links and words with marks between."""
    found = 0
    for element in tree.iter("nav", "ol", "ul", "p", "div"):
        name, ident, label = element.get("class"), element.get("id"), element.get("aria-label")
        if not (name or ident or label):
            continue
        marks = f"{name or ''} {ident or ''} {label or ''}"
        if len(marks) < 200 and _is_trail(marks):
            pieces: list[str] = []
            for part in _spoken(element):
                pieces += [clean(piece) for piece in re.split(r"[>›»/|→·]", part[:200])]
                if len(pieces) > 40:
                    break
            steps = tuple(piece for piece in pieces if piece)
            if steps:
                yield steps
                found += 1
        if found >= _TRAILS:
            break


def _spoken(element: lxml.html.HtmlElement) -> Iterator[str]:
    """The texts of a trail without its scripts and without the heading that labels it."""
    for node in element.iter():
        if isinstance(node.tag, str) and node.tag not in _UNSPOKEN and node.text:
            yield node.text
        if node is not element and node.tail:
            yield node.tail


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
