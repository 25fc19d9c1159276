"""trafilatura with its defaults and with metadata, as its documentation's `bare_extraction` is called."""

from __future__ import annotations

from trafilatura import bare_extraction
from trafilatura.settings import Document

from adapters import Answer


def extract(html: bytes, url: str, date_extraction_params: dict[str, object] | None = None) -> Answer | None:
    """Return the article, or None where trafilatura discards the page."""
    document = bare_extraction(
        html,
        url=url,
        with_metadata=True,
        include_comments=False,
        date_extraction_params=date_extraction_params,
    )
    if not isinstance(document, Document):
        return None
    return Answer(
        title=document.title,
        published=document.date,
        authors=document.author.split("; ") if document.author else [],
        paragraphs=(document.text or "").split("\n"),
    )
