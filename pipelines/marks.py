"""What an element's tag and attributes betray of it: what it means to the walk, its cues and its names."""

from __future__ import annotations

from functools import lru_cache

from lxml.html import HtmlElement

from pipelines import cues
from pipelines.blocks import BLOCK_TAGS

# Elements whose text is not prose, or is not shown.
_SKIPPED_NAMES = (
    "script style noscript template svg iframe object embed applet canvas audio video button select option textarea "
    "input map head title meta link datalist math picture progress meter amp-ad amp-iframe amp-video amp-analytics "
    "amp-consent"
)
_MEDIA_TAGS = ("picture", "video", "iframe", "audio", "object", "embed", "amp-video", "amp-iframe")
#: What an element means to the walk, by its tag; any other is inline and means nothing.
BLOCK, LINK, EMPHASIS, SPAN, BREAK, IMAGE, MEDIA, CONTROL, NOSCRIPT, SKIPPED, RAISED = range(1, 12)
KINDS = {
    **dict.fromkeys(_SKIPPED_NAMES.split(), SKIPPED),
    **dict.fromkeys(_MEDIA_TAGS, MEDIA),
    **dict.fromkeys(("button", "input", "select", "textarea"), CONTROL),
    **dict.fromkeys(BLOCK_TAGS, BLOCK),
    **dict.fromkeys(("b", "strong", "em", "i"), EMPHASIS),
    "a": LINK,
    "span": SPAN,
    "br": BREAK,
    "img": IMAGE,
    "noscript": NOSCRIPT,
    "sup": RAISED,
}
_TAG_CUES = {
    "nav": cues.NAVIGATION,
    "aside": cues.ASIDE,
    "footer": cues.FOOTER,
    "header": cues.HEADER,
    "form": cues.FORM,
    "figcaption": cues.CAPTION,
    "h1": cues.HEADLINE,
    "dialog": cues.HIDDEN,
    "address": cues.BYLINE,
}
_ROLE_CUES = {
    "navigation": cues.NAVIGATION,
    "complementary": cues.ASIDE,
    "contentinfo": cues.FOOTER,
    "banner": cues.HEADER,
    "dialog": cues.HIDDEN,
    "search": cues.FORM,
    "toolbar": cues.SHARE,
    "menu": cues.NAVIGATION,
    "menubar": cues.NAVIGATION,
}
_ITEMPROP_CUES = {
    "articlebody": cues.BODY,
    "caption": cues.CAPTION,
    "headline": cues.HEADLINE,
    "author": cues.BYLINE,
    "datepublished": cues.DATE,
    "datemodified": cues.DATE,
    "comment": cues.COMMENTS,
}

# What an attribute may betray of its element.
_CLASS, _ID, _ROLE, _ITEMPROP, _HIDDEN, _ARIA, _STYLE, _TEST_ID = range(1, 9)
_ATTRIBUTES = {
    "class": _CLASS,
    "id": _ID,
    "role": _ROLE,
    "itemprop": _ITEMPROP,
    "hidden": _HIDDEN,
    "aria-hidden": _ARIA,
    "style": _STYLE,
    "data-testid": _TEST_ID,
}


# What leads through a site or stands below all its pages, by the HTML Standard and WAI-ARIA 1.2 (section 5.3.4).
_APART_TAGS = frozenset(("nav", "search"))
_APART_ROLES = frozenset(("navigation", "menu", "menubar", "search", "contentinfo"))
#: A footer in one of these is that of a part of the page (HTML Accessibility API Mappings 1.0), or of a quotation.
SECTIONING = frozenset(("article", "aside", "main", "nav", "section", "blockquote", "figure"))


def of(element: HtmlElement, tag: str) -> tuple[int, str, tuple[str, ...], bool]:
    """What an element's tag, class, id, role, itemprop and visibility say of it; its class; its ids; whether it is
    navigation, a search or the page's footer by its tag or role.
    """
    attributes = element.items()
    if len(attributes) > 1 or (attributes and attributes[0][0] not in _ATTRIBUTES):
        attributes = [pair for pair in attributes if pair[0] in _ATTRIBUTES]
    return _own(tag, tuple(attributes))


# The elements of one template repeat on a page and on all pages of a site: seven in ten are known already on a page of
# a site that was never seen.
@lru_cache(maxsize=16_384)
def _own(tag: str, attributes: tuple[tuple[str, str], ...]) -> tuple[int, str, tuple[str, ...], bool]:
    """:func:`of` an element with these ``attributes``, all of which betray something."""
    found = _TAG_CUES.get(tag, 0)
    name = ""
    ids: tuple[str, ...] = ()
    apart = tag in _APART_TAGS
    for key, value in attributes:
        kind = _ATTRIBUTES[key]
        if kind == _CLASS:
            name = value
            found |= cues.of(value)
        elif kind == _ID:
            found |= cues.of(value)
            ids += (value,)
        elif kind == _TEST_ID:
            ids += (value,)
        elif kind == _ROLE:
            role = value.lower()
            found |= _ROLE_CUES.get(role, 0)
            apart = apart or role in _APART_ROLES
        elif kind == _ITEMPROP:
            found |= _ITEMPROP_CUES.get(value.lower(), 0)
        elif (
            kind == _HIDDEN
            or (kind == _ARIA and value == "true")
            or (kind == _STYLE and len(value) < 400 and "display:none" in value.replace(" ", ""))
        ):
            found |= cues.HIDDEN
    return found, name, ids, apart


_UNSEEN = frozenset(
    ("sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screen-reader-only", "u-visually-hidden")
)


def special(element: HtmlElement) -> str | None:
    """``unseen`` for a span with words for screen readers only (“opens in a new tab”), ``br`` for one that breaks."""
    name = element.get("class")
    special = _meaning(name) if name else None
    return None if special == "br" and (len(element) or element.text) else special


@lru_cache(maxsize=16_384)
def _meaning(name: str) -> str | None:
    if len(name) > 200:
        return None
    parts = name.lower().split()
    if not _UNSEEN.isdisjoint(parts):
        return "unseen"
    return "br" if "br" in parts else None
