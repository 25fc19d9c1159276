"""Where on a page the headline stands: the anchor for everything that is read near it."""

from __future__ import annotations

import lxml.html

from pipelines.elements import Elements
from pipelines.evidence import Evidence
from pipelines.normalise import fold

MAX_HEADINGS = 20
MAX_OTHERS = 3_000
# A title of fewer letters is the site's name, which many a heading holds.
_SHORT = 8
_OUTSIDE = ("nav", "aside", "footer", "dialog")
# What pages without headings set their headline in.
_OTHERS = ("h3", "b", "strong", "font", "p", "span", "div", "td")


def headline(tree: lxml.html.HtmlElement, elements: Elements, evidence: Evidence) -> lxml.html.HtmlElement | None:
    """The element that says what the page's titles say, a heading if there is one; else the first ``h1`` outside
    navigation, else None.
    """
    stated = [evidence.html_title, evidence.first_meta("og:title"), *(node.headline for node in evidence.articles[:1])]
    wanted = [text for text in map(fold, filter(None, stated)) if len(text) > _SHORT]
    first: lxml.html.HtmlElement | None = None
    for headings in (elements.headings, elements.subheadings):
        for heading in headings[: MAX_HEADINGS + 1]:
            text = fold("".join(heading.itertext())[:500])
            if len(text) > _SHORT and any(text in title or title in text for title in wanted):
                return heading
            if first is None and text and heading.tag == "h1" and next(heading.iterancestors(*_OUTSIDE), None) is None:
                first = heading
    if first is not None or not wanted:
        return first
    for count, element in enumerate(tree.iter(*_OTHERS)):
        if count > MAX_OTHERS:
            break
        own = element.text
        if own and 12 <= len(own.strip()) <= 400 and (text := fold(own)) and any(text in title for title in wanted):
            return element
    return None
