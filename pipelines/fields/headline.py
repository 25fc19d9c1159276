"""Where on the page the headline stands: the anchor for everything that is read near it."""

from __future__ import annotations

import lxml.html

from pipelines.document import Document
from pipelines.normalise import fold

_OUTSIDE = ("nav", "aside", "footer", "dialog")
MAX_HEADINGS = 20


def element(document: Document) -> lxml.html.HtmlElement | None:
    """The heading that says what the page's titles say, else its first ``h1`` outside navigation, else None."""
    evidence = document.evidence
    stated = [evidence.html_title, evidence.first_meta("og:title"), *(node.headline for node in evidence.articles[:1])]
    wanted = [fold(text) for text in stated if text]
    first: lxml.html.HtmlElement | None = None
    for tag in ("h1", "h2"):
        for count, heading in enumerate(document.tree.iter(tag)):
            if count > MAX_HEADINGS:
                break
            text = fold("".join(heading.itertext())[:500])
            if len(text) > 8 and any(text in title or title in text for title in wanted):
                return heading
            if first is None and text and tag == "h1" and next(heading.iterancestors(*_OUTSIDE), None) is None:
                first = heading
    return first
