"""news-please: `NewsPlease.from_html`, on text decoded as its own reader of WARC records decodes it."""

from __future__ import annotations

from urllib.parse import urlsplit

from bs4.dammit import EncodingDetector
from newsplease import NewsPlease

from adapters import Answer, nltk_data

nltk_data.install()


def decode(html: bytes) -> str:
    """Decode by what the page declares, else as UTF-8."""
    declared = EncodingDetector.find_declared_encoding(html, is_html=True) or "utf-8"
    try:
        return html.decode(declared, errors="replace")
    except LookupError:
        return html.decode("utf-8", errors="replace")


def extract(html: bytes, url: str) -> Answer | None:
    """Return the article, or None for an empty page."""
    address = url if urlsplit(url).hostname else None  # with an address without a host it raises
    article = NewsPlease.from_html(decode(html), url=address, fetch_images=False)
    if not article:
        return None
    return Answer(
        title=article.title,
        published=article.date_publish,
        authors=article.authors or [],
        paragraphs=(article.maintext or "").split("\n"),
    )
