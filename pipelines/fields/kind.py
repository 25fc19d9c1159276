"""What sort of piece a page is: news, opinion, live blog, video or other."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from pipelines.candidates import Candidate, Choice
from pipelines.document import Document
from pipelines.normalise import fold
from storage.records import Kind

#: Longer names are no section's; the last breadcrumb is often the headline.
MAX_SECTION = 40

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


def choose(document: Document) -> Choice[Kind]:
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
    # Platforms write og:type video over a whole report that has a film on top.
    written = any(node.is_a(*_NEWS_TYPES) for node in nodes)
    if (og_type.startswith("video") and not written) or (not nodes and _VIDEO.search(path)):
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
