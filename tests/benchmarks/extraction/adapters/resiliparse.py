"""Resiliparse: plain text of the main content, in blocks; it reads no other field."""

from __future__ import annotations

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import detect_encoding
from resiliparse.parse.html import HTMLTree

from adapters import Answer


def extract(html: bytes, url: str) -> Answer:  # noqa: ARG001 — every adapter is called alike
    """Return the body alone."""
    tree = HTMLTree.parse_from_bytes(html, detect_encoding(html, from_html_meta=True) or "utf-8")
    text = extract_plain_text(
        tree,
        preserve_formatting=True,
        main_content=True,
        list_bullets=False,
        alt_texts=False,
        comments=False,
        post_meta=False,
    )
    return Answer(paragraphs=[block.replace("\n", " ") for block in text.split("\n\n")])
