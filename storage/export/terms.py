"""Articles in the words of schema.org: NewsArticle and its kin, as columns and as JSON-LD.

Sources: https://schema.org/NewsArticle, https://schema.org/OpinionNewsArticle, https://schema.org/LiveBlogPosting,
https://schema.org/Article; version 29. What has no word there is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from storage.export.cells import Value

CONTEXT = "https://schema.org"
TYPES = {"opinion": "OpinionNewsArticle", "liveblog": "LiveBlogPosting", "video": "Article", "other": "Article"}
DEFAULT_TYPE = "NewsArticle"
# Each column's word, in the order of the columns.
WORDS = {
    "id": "identifier",
    "url": "url",
    "canonical_url": "mainEntityOfPage",
    "declared_canonical": "isBasedOn",
    "publisher": "publisher",
    "title": "headline",
    "date": "datePublished",
    "date_modified": "dateModified",
    "description": "description",
    "bullets": "abstract",
    "body": "articleBody",
    "authors": "author",
    "section": "articleSection",
    "tags": "keywords",
    "language": "inLanguage",
    "image_url": "image",
    "image_caption": "caption",
    "access": "isAccessibleForFree",
    "word_count": "wordCount",
}
# What a reader may do; of a metered or an unknown page nobody can say.
_FREE = {"free": True, "paywalled": False, "registration": False}


def columns(names: Sequence[str]) -> list[str]:
    """The columns of ``articles`` that have to be read for the words of those named, ``names`` among them."""
    wanted = [name for name in names if name in WORDS]
    return [*wanted, *(name for name in ("kind", "date_published", "utc_offset") if name not in wanted)]


def worded(rows: pa.Table, names: Sequence[str]) -> pa.Table:
    """``rows`` under schema.org's words, with ``@type`` in front.

    ``datePublished`` and ``dateModified`` are ISO 8601 by the publisher's clock, a day where no instant is known.
    """
    made = {"@type": pa.array([TYPES.get(kind, DEFAULT_TYPE) for kind in rows["kind"].to_pylist()], pa.string())}
    for name in names:
        if name == "date":
            made[WORDS[name]] = pa.array(_days(rows), pa.string())
        elif name == "date_modified":
            made[WORDS[name]] = pa.array(_instants(rows, name), pa.string())
        elif name == "access":
            made[WORDS[name]] = pa.array([_FREE.get(value) for value in rows[name].to_pylist()], pa.bool_())
        elif name in WORDS:
            made[WORDS[name]] = rows[name]
    return pa.table(made)


def linked(row: dict[str, Any]) -> dict[str, Value]:
    """A row of :func:`worded` as a JSON-LD object; what is unknown is left out.

    An author is an object with a name and no type: the archive does not tell people from agencies.
    """
    found: dict[str, Value] = {"@context": CONTEXT}
    for word, value in row.items():
        if value is None or value == [] or word == "caption":
            continue
        if word == "author":
            found[word] = [{"name": name} for name in value]
        elif word == "publisher":
            found[word] = {"@type": "Organization", "name": value}
        elif word == "image":
            caption = row.get("caption")
            found[word] = {"@type": "ImageObject", "url": value, **({"caption": caption} if caption else {})}
        else:
            found[word] = value
    return found


def _days(rows: pa.Table) -> list[str | None]:
    days = rows["date"].to_pylist()
    return [
        instant or (day.isoformat() if day else None)
        for instant, day in zip(_instants(rows, "date_published"), days, strict=True)
    ]


def _instants(rows: pa.Table, name: str) -> list[str | None]:
    offsets = rows["utc_offset"].to_pylist()
    return [_by_clock(at, offset) for at, offset in zip(rows[name].to_pylist(), offsets, strict=True)]


def _by_clock(at: dt.datetime | None, offset: int | None) -> str | None:
    if at is None:
        return None
    zone = dt.timezone(dt.timedelta(minutes=offset)) if offset is not None else dt.UTC
    return at.astimezone(zone).isoformat()
