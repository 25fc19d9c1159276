"""JSON-LD as news pages really write it: every shape of ``@graph``, references, broken syntax."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines import loose_json
from pipelines.loose_json import Json
from pipelines.normalise import clean, fold, plain, scalar, unescape

# Bounds against hostile pages: honest ones stay far below each.
MAX_SCRIPT = 3_000_000
MAX_NODES = 5_000
MAX_TEXT = 20_000

#: schema.org's Article and its subtypes that news pages use (https://schema.org/Article, version 29).
ARTICLE_TYPES = frozenset(
    {
        "article", "newsarticle", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle",
        "backgroundnewsarticle", "reviewnewsarticle", "askpublicnewsarticle", "advertisercontentarticle",
        "satiricalarticle", "blogposting", "liveblogposting", "socialmediaposting", "report", "techarticle",
        "scholarlyarticle", "medicalscholarlyarticle", "discussionforumposting", "creativework", "recipe", "review",
    }
)  # fmt: skip
#: Other types that say something of the page or its publisher.
OTHER_TYPES = frozenset(
    {
        "webpage", "itempage", "collectionpage", "aboutpage", "searchresultspage", "profilepage", "faqpage",
        "videoobject", "podcastepisode", "audioobject", "event", "sportsevent", "product", "imagegallery",
        "mediagallery", "organization",
        "newsmediaorganization", "corporation", "website", "itemlist", "blog", "breadcrumblist",
    }
)  # fmt: skip
# Below these keys stand other articles, not the page's own.
_FOREIGN = frozenset(
    {
        "mentions", "relatedlink", "relatedlinks", "related", "citation", "ispartof", "liveblogupdate", "comment",
        "comments",
        "itemlistelement", "about", "isbasedon", "review", "reviews", "workexample", "blogpost", "blogposts",
        "significantlink", "significantlinks", "subjectof", "recordedat", "backstory", "translationofwork",
        "hasoffercatalog",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A schema.org Person or Organization, as named: ``type`` is ``Person``, ``Organization``, … or None."""

    name: str
    type: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedData:
    """One JSON-LD (or microdata) node that may describe the page's article; texts as they stand, only unescaped.

    ``crumbs`` are the names of a BreadcrumbList in its order. ``nested`` is true for a node found below another one
    that is not its page (a related article, an update of a live blog); ``repaired`` for one read from a script that is
    not valid JSON.
    """

    types: tuple[str, ...]
    origin: str = "json-ld"
    headline: str | None = None
    alternative_headline: str | None = None
    name: str | None = None
    description: str | None = None
    date_published: str | None = None
    date_created: str | None = None
    date_modified: str | None = None
    article_body: str | None = None
    article_section: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    authors: tuple[Agent, ...] = ()
    publisher: Agent | None = None
    image_url: str | None = None
    image_caption: str | None = None
    language: str | None = None
    is_accessible_for_free: bool | None = None
    url: str | None = None
    word_count: int | None = None
    crumbs: tuple[str, ...] = ()
    nested: bool = False
    repaired: bool = False

    def is_a(self, *types: str) -> bool:
        """Whether one of the node's types is one of ``types``, compared without case."""
        return any(mine.lower() == wanted.lower() for mine in self.types for wanted in types)


def read(scripts: Iterable[str]) -> list[LinkedData]:
    """The nodes of all ``scripts`` (the texts of a page's ``application/ld+json``) in document order."""
    roots: list[tuple[Json, bool]] = []
    for script in scripts:
        roots.extend(loose_json.load(script[:MAX_SCRIPT]))
    found = list(_walk(roots))
    index: dict[str, dict[str, Json]] = {}
    for node, _, _ in found:
        key = node.get("@id")
        if isinstance(key, str) and len(node) > 1:
            index.setdefault(key, node)
    return [_node(node, index, nested=nested, repaired=repaired) for node, nested, repaired in found if _matters(node)]


def _matters(node: Mapping[str, Json]) -> bool:
    types = {name.lower() for name in _types(node)}
    return bool(types & ARTICLE_TYPES or types & OTHER_TYPES)


# --- shape ----------------------------------------------------------------------------------------------------------


def _walk(roots: Iterable[tuple[Json, bool]]) -> Iterator[tuple[dict[str, Json], bool, bool]]:
    """Every object below ``roots`` in document order with whether it is nested under a foreign key and repaired."""
    stack: list[tuple[Json, bool, bool]] = [(root, False, repaired) for root, repaired in reversed(list(roots))]
    count = 0
    while stack and count < MAX_NODES:
        value, nested, repaired = stack.pop()
        if isinstance(value, list):
            stack.extend((item, nested, repaired) for item in reversed(value[:MAX_NODES]))
        elif isinstance(value, dict):
            count += 1
            yield value, nested, repaired
            for key, child in reversed(value.items()):
                if isinstance(child, dict | list):
                    stack.append((child, nested or key.lower() in _FOREIGN, repaired))


def _types(node: Mapping[str, Json]) -> tuple[str, ...]:
    value = node.get("@type", node.get("type"))
    names = value if isinstance(value, list) else [value]
    return tuple(re.split(r"[/#:]", name)[-1] for name in names if isinstance(name, str) and name)


def _text(value: Json, limit: int = MAX_TEXT) -> str | None:
    """The text of a value that should be one: a string, a number, an ``@value``, or the first of a list."""
    for _ in range(3):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("@value", value.get("name"))
        else:
            break
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return None
    return unescape(scalar(str(value)[:limit])).strip() or None


def _texts(value: Json, separators: str | None = None) -> tuple[str, ...]:
    out: list[str] = []
    for item in (value if isinstance(value, list) else [value])[:500]:
        text = _text(item)
        for part in re.split(separators, text) if text and separators else [text]:
            if part and (cleaned := clean(part)) and cleaned not in out:
                out.append(cleaned)
    return tuple(out)


def _resolve(value: Json, index: Mapping[str, dict[str, Json]]) -> Json:
    if isinstance(value, dict) and isinstance(key := value.get("@id"), str) and "name" not in value:
        return index.get(key, value)
    return value


def _agents(value: Json, index: Mapping[str, dict[str, Json]]) -> tuple[Agent, ...]:
    out: list[Agent] = []
    for item in (value if isinstance(value, list) else [value])[:100]:
        item = _resolve(item, index)
        if isinstance(item, dict):
            names = item.get("name", item.get("Name"))
            if not names:
                names = " ".join(p for p in (_text(item.get("givenName")), _text(item.get("familyName"))) if p)
            kind = next(iter(_types(item)), None)
            for name in (names if isinstance(names, list) else [names])[:100]:
                text = _text(name, 1000)
                if text and (cleaned := plain(text)):
                    out.append(Agent(name=cleaned, type=kind, url=_text(item.get("url"), 2000)))
        elif isinstance(item, str) and (cleaned := plain(item[:1000])):
            out.append(Agent(name=cleaned))
    return tuple(dict.fromkeys(out))


def _image(value: Json, index: Mapping[str, dict[str, Json]]) -> tuple[str | None, str | None]:
    first = value[0] if isinstance(value, list) and value else value
    first = _resolve(first, index)
    if isinstance(first, dict):
        url = _text(first.get("url", first.get("contentUrl")), 2000)
        return url, _text(first.get("caption", first.get("description")), 2000)
    return (_text(first, 2000), None) if isinstance(first, str) else (None, None)


def _crumbs(value: Json) -> tuple[str, ...]:
    names: list[str] = []
    for entry in (value if isinstance(value, list) else [value])[:20]:
        if isinstance(entry, dict):
            item = entry.get("item")
            name = _text(entry.get("name"), 200) or (_text(item.get("name"), 200) if isinstance(item, dict) else None)
            if name and (cleaned := plain(name)):
                names.append(cleaned)
    return tuple(names)


def _boolean(value: Json) -> bool | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False, "1": True, "0": False}.get(str(value).strip().lower().rpartition("/")[2])


def _count(value: Json) -> int | None:
    text = _text(value, 20)
    return int(text) if text and text.isascii() and text.isdigit() else None


def _node(
    node: Mapping[str, Json], index: Mapping[str, dict[str, Json]], *, nested: bool, repaired: bool
) -> LinkedData:
    main = node.get("mainEntityOfPage")
    url = _text(node.get("url"), 2000) or (
        _text(main.get("@id"), 2000) if isinstance(main, dict) else _text(main, 2000)
    )
    author = node.get("author") or node.get("creator") or node.get("Author")
    language = node.get("inLanguage")
    image_url, image_caption = _image(node.get("image"), index)
    if isinstance(language, dict):
        language = language.get("alternateName") or language.get("name")
    return LinkedData(
        types=_types(node),
        headline=_text(node.get("headline")),
        alternative_headline=_text(node.get("alternativeHeadline", node.get("alternateName"))),
        name=_text(node.get("name")),
        description=_text(node.get("description")),
        date_published=_text(node.get("datePublished"), 200),
        date_created=_text(node.get("dateCreated"), 200),
        date_modified=_text(node.get("dateModified"), 200),
        article_body=_text(node.get("articleBody", node.get("text")), MAX_SCRIPT),
        article_section=_texts(node.get("articleSection")),
        keywords=_texts(node.get("keywords"), r"[,;]"),
        authors=_agents(author, index) if author else (),
        publisher=next(iter(_agents(node.get("publisher"), index)), None) if node.get("publisher") else None,
        image_url=image_url,
        image_caption=image_caption,
        language=_text(language, 50),
        is_accessible_for_free=_boolean(node.get("isAccessibleForFree")) if "isAccessibleForFree" in node else None,
        url=url or _text(node.get("@id"), 2000),
        word_count=_count(node.get("wordCount")),
        crumbs=_crumbs(node.get("itemListElement")) if "BreadcrumbList" in _types(node) else (),
        nested=nested,
        repaired=repaired,
    )


# --- rank -----------------------------------------------------------------------------------------------------------


def rank(nodes: Sequence[LinkedData], url: str, titles: Sequence[str]) -> tuple[list[LinkedData], list[LinkedData]]:
    """``nodes`` apart: those that may describe the page at ``url``, best first, and the rest in document order.

    A node speaks for the page more the more of these hold: not nested under another, its address is the page's, its
    headline is one of ``titles``, it is an Article rather than a bare CreativeWork, it has a headline and a date.
    """
    wanted = {fold(plain(title)) for title in titles}
    here = _path_key(url)

    def weight(node: LinkedData) -> int:
        score = 0 if node.nested else 8
        if node.url and _path_key(node.url) == here:
            score += 4
        headline = fold(plain(node.headline or node.name or ""))
        if headline and any(headline in title or title in headline for title in wanted):
            score += 4
        if not node.is_a("CreativeWork", "Review", "Recipe", "WebPage"):
            score += 2
        return score + bool(node.headline) + bool(node.date_published) + bool(node.authors) + (node.origin == "json-ld")

    articles = [node for node in nodes if any(name.lower() in ARTICLE_TYPES for name in node.types)]
    articles.sort(key=weight, reverse=True)
    # Nested nodes describe other articles unless they carry the page's own headline or address.
    own = [node for node in articles if not node.nested or weight(node) >= 9]
    chosen = set(map(id, own))
    return own, [node for node in nodes if id(node) not in chosen]


def _path_key(url: str) -> str:
    return url.partition("#")[0].partition("?")[0].rstrip("/").rpartition("://")[2].removeprefix("www.").lower()
