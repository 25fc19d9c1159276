"""Short texts in announcements: titles and language tags."""

from __future__ import annotations

import html
import re

# Longer than any headline; what is longer is a text in the wrong place.
MAX_TITLE = 1000

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}>|<!--[^<>]{0,2000}-->")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")


def plain(text: str | None, *, markup: bool = True) -> str | None:
    """``text`` in one line, entities resolved once, without tags where ``markup``; None where nothing is left."""
    if not text:
        return None
    text = text[: 20 * MAX_TITLE]
    if markup and "<" in text:
        text = _TAG.sub(" ", text)
    if "&" in text:
        text = html.unescape(text)
    text = " ".join(_UNPRINTABLE.sub("", text).split())
    return text[:MAX_TITLE].rstrip() or None


def tag(value: str | None) -> str | None:
    """A BCP 47 tag in its usual case (``pt-BR``, ``zh-Hant``), or None where ``value`` has not the shape of one."""
    if value is None:
        return None
    value = value.strip()[:40].replace("_", "-")
    if not _LANGUAGE.fullmatch(value):
        return None
    first, *rest = value.split("-")
    cased = (part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower() for part in rest)
    return "-".join((first.lower(), *cased))
