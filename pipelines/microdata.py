"""schema.org microdata (``itemscope``, ``itemprop``) read into the same nodes as JSON-LD."""

from __future__ import annotations

import itertools

import lxml.html

from pipelines.linked_data import ARTICLE_TYPES, Agent, LinkedData
from pipelines.normalise import clean, scalar

MAX_PROPERTIES = 2_000
MAX_CLIMB = 60
MAX_TEXT = 5_000

_CONTENT = {"meta": "content", "time": "datetime", "a": "href", "link": "href", "img": "src", "data": "value"}


def read(tree: lxml.html.HtmlElement) -> list[LinkedData]:
    """One node for each article scope of ``tree``, in document order; properties of nested scopes stay with theirs."""
    scopes: dict[lxml.html.HtmlElement, dict[str, list[lxml.html.HtmlElement]]] = {}
    marked = (element for element in tree.iter("*") if element.get("itemprop"))
    for element in itertools.islice(marked, MAX_PROPERTIES):
        scope = _scope_of(element)
        if scope is not None:
            properties = scopes.setdefault(scope, {})
            for name in (element.get("itemprop") or "").split()[:5]:
                properties.setdefault(name, []).append(element)
    return [
        _node(scope, properties, scopes)
        for scope, properties in scopes.items()
        if any(name.lower() in ARTICLE_TYPES for name in _types(scope))
    ]


def _scope_of(element: lxml.html.HtmlElement) -> lxml.html.HtmlElement | None:
    parent = element.getparent()
    for _ in range(MAX_CLIMB):
        if parent is None or parent.get("itemscope") is not None:
            return parent
        parent = parent.getparent()
    return None


def _types(scope: lxml.html.HtmlElement) -> tuple[str, ...]:
    return tuple(name.rstrip("/").rpartition("/")[2] for name in (scope.get("itemtype") or "").split() if name)


def _value(element: lxml.html.HtmlElement) -> str | None:
    value = element.get("content") or element.get(_CONTENT.get(element.tag, "content"))
    if value is None:
        value = "".join(element.itertext())[:MAX_TEXT]
    return clean(value[:MAX_TEXT]) or None


def _node(
    scope: lxml.html.HtmlElement,
    properties: dict[str, list[lxml.html.HtmlElement]],
    scopes: dict[lxml.html.HtmlElement, dict[str, list[lxml.html.HtmlElement]]],
) -> LinkedData:
    def first(name: str) -> str | None:
        return next((value for element in properties.get(name, ()) if (value := _value(element))), None)

    def agents(name: str) -> tuple[Agent, ...]:
        out: list[Agent] = []
        for element in properties.get(name, ())[:50]:
            inner = scopes.get(element, {}).get("name")
            if inner:
                kind = next(iter(_types(element)), None)
                out.extend(Agent(name=value, type=kind) for part in inner[:20] if (value := _value(part)))
            elif element.get("itemscope") is None:
                text = element.get("content") or "".join(element.itertext())
                if cleaned := clean(scalar(text[:1000])):
                    out.append(Agent(name=cleaned))
        return tuple(dict.fromkeys(out))

    return LinkedData(
        types=_types(scope),
        origin="microdata",
        headline=first("headline"),
        alternative_headline=first("alternativeHeadline"),
        name=first("name"),
        description=first("description"),
        date_published=first("datePublished"),
        date_created=first("dateCreated"),
        date_modified=first("dateModified"),
        article_section=tuple(v for e in properties.get("articleSection", ()) if (v := _value(e))),
        authors=agents("author") or agents("creator"),
        publisher=next(iter(agents("publisher")), None),
        language=first("inLanguage"),
        url=first("url"),
        nested=_inside_another(scope),
    )


def _inside_another(scope: lxml.html.HtmlElement) -> bool:
    outer = _scope_of(scope)
    return outer is not None and any(name.lower() in ARTICLE_TYPES for name in _types(outer))
