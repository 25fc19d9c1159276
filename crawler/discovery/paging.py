"""Lists that go on: which link of a page is its next page, and which lead into an archive of older articles."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from crawler.config.values import MAX_URL
from crawler.discovery.periods import of_list

# ``p`` is left out: it carries WordPress's post numbers.
_KEYS = frozenset(("page", "paged", "pg", "pagenum", "pageno", "seite", "pagina", "strana", "sida"))
_SEGMENTS = re.compile(r"(?P<head>.*/)(?P<word>page|seite|pagina|pag|strana|sida)[-/]?(?P<number>[1-9]\d{0,4})/?")
_ENDS = re.compile(
    r"/(?:[a-z-]{1,20}[-_])?(?:19|20)\d\d(?:[-/._]?(?:\d{1,2}|[a-z]{3,9}))?(?:[-/._]?\d{1,2})?"
    r"(?:\.[a-z]{2,5})?(?:/(?:page|seite|pagina)[-/]?\d{1,5})?/?$"
)
_ARCHIVES = frozenset(
    (
        "archive", "archives", "archiv", "archivo", "archivos", "archivio", "arquivo", "arkiv", "arkisto", "archief",
        "archiwum", "hemeroteca", "news-archive", "newsarchive", "nachrichtenarchiv", "artikelarchiv",
        "calendar", "kalender", "calendario", "calendrier",
    )
)  # fmt: skip


def next_page(url: str, links: Iterable[str]) -> str | None:
    """The link of the page at ``url`` that is the same list one page further, told by the number in its address."""
    base, number = _numbered(url)
    for link in links:
        if link != url and _numbered(link) == (base, number + 1):
            return link
    return None


def is_archive(url: str) -> bool:
    """Whether ``url`` is called an archive or a calendar, or ends in a year, month or day."""
    try:
        path = unquote(urlsplit(url[:MAX_URL]).path).lower()
    except ValueError:
        return False
    segments = [segment.partition(".")[0] for segment in path.split("/") if segment]
    if segments and segments[-1] in _ARCHIVES:
        return True
    # What stands below a day is an article, and no list.
    return of_list(url) is not None and (_ENDS.search(path) is not None or of_list(f"http://a.test{path}") is None)


def _numbered(url: str) -> tuple[str, int]:
    """The address without its page's number, and the number, 1 where it has none."""
    try:
        parts = urlsplit(url[:MAX_URL])
        query = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return url, 1
    number = 1
    kept = []
    for key, value in query:
        if key.lower() in _KEYS and value.isascii() and value.isdecimal() and len(value) < 6:
            number = int(value)
        else:
            kept.append((key, value))
    path = parts.path
    if found := _SEGMENTS.fullmatch(path.lower()):
        number = int(found["number"])
        path = path[: found.end("head")]
    return f"{parts.scheme}://{parts.netloc}{path.rstrip('/')}?{urlencode(kept)}", number
