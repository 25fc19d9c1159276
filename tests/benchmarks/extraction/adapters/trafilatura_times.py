"""trafilatura with the documented option that keeps a date's time and zone, and its defaults otherwise."""

from __future__ import annotations

from adapters import Answer, trafilatura

PARAMETERS: dict[str, object] = {
    "original_date": True,
    "extensive_search": True,
    "outputformat": "%Y-%m-%dT%H:%M:%S%z",
}


def extract(html: bytes, url: str) -> Answer | None:
    """Return the article, or None where trafilatura discards the page."""
    return trafilatura.extract(html, url, date_extraction_params=PARAMETERS)
