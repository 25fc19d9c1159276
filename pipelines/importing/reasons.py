"""Why a record of an imported file was not taken over: stable codes, counted in the run's row."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SKIPPED: Final = "skipped"
DAMAGED: Final = "damaged"
WANTED: Final = "wanted"
BUSY: Final = "busy"
"""What tallies call records that were left out, stretches that hold no whole record, and pages that a dry run met; and
the one reason that is looked for elsewhere."""

REASONS: Mapping[str, str] = MappingProxyType(
    {
        BUSY: "Another run is crawling the page's source; import the file again later.",
        "known_record": "The archive has the record already, or the file holds it twice.",
        "no_page": "The answer brings no page: it is a redirect, an error, or says that nothing has changed.",
        "not_web": "The record's address is neither http nor https.",
        "other_day": "The page was fetched before `--since` or after `--until`.",
        "other_language": "The article is in another language than `--language` asks for, or the page is no article.",
        "other_record": "The record is no answer of a site: a request, metadata, a screenshot.",
        "other_source": "The page's source is none that `--source` names, or no configured one with `--known-only`.",
        "other_type": "The page is of another type than `--mime` asks for.",
        "over_limit": "The page is larger than `[crawl] max_page`.",
    }
)
