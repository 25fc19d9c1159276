"""Whether a link looks like an article: judged by the shape of its path, and by its text where there is one."""

from __future__ import annotations


def looks_like_article(url: str, text: str = "") -> bool:
    """Whether ``url`` (absolute) with the link text ``text`` (may be empty) is likely an article."""
    return url.count("-") >= 3 or len(text.split()) >= 5
