"""Whether a link looks like an article: judged by the shape of its address, and by its text where there is one.

No list of sites and no learning: a few traits that addresses of articles share in all languages, each with a weight.
``docs/discovery.md`` gives the measured recall and the share of navigation that is let through.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.config.values import MAX_URL
from crawler.discovery.segments import ARTICLE, LISTS, NEVER, SELDOM, SERVICE

# At this sum a link is taken for an article. It favours recall: a page that is no article costs one request and is
# rejected when it is read, an article that is passed over is lost.
THRESHOLD = 3.0

_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|pdf|docx?|xlsx?|pptx?|od[tsp]|epub|mobi|zip|gz|rar|7z|exe|dmg|apk|"
    r"mp[34]|m4[av]|m3u8?|ogg|oga|wav|flac|webm|avi|mov|css|js|mjs|json|xml|rss|atom|ics|vcf|txt|woff2?|ttf)$"
)
_EXTENSION = re.compile(r"\.(?:s?html?\d?|phtml|php\d?|aspx?|jspx?|cfm|cms|ece|amp|do)$")

# Parameters that carry an article's number: by name, or by how the name ends.
_ID_KEYS = frozenset(("p", "id", "aid", "nid", "sid", "idx"))
_ID_ENDS = ("id", "no", "nr", "num", "idx", "idxno")
_SEARCH_KEYS = frozenset(("s", "q", "query", "search", "replytocom", "share", "sort", "filter"))
_PAGE_KEYS = frozenset(("page", "paged", "pg", "seite"))

_DATE_PATH = re.compile(r"/(?:19|20)\d\d[/-]?(?:0?[1-9]|1[0-2])[/-]?(?:0?[1-9]|[12]\d|3[01])(?=[/._-]|$)")
_MONTH_PATH = re.compile(r"/(?:19|20)\d\d/(?:0?[1-9]|1[0-2]|[a-z]{3})/")
_YEAR_PATH = re.compile(r"/(?:19|20)\d\d/")
_DATE_SEGMENT = re.compile(r"(?:(?:19|20)\d\d)?(?:[-_]?\d{1,2}){0,2}|(?:19|20)\d{6}|[a-z]{3}")
_PAGINATION = re.compile(r"(?:page|seite|pagina|p|pag|strana)?-?\d{1,3}")
_NUMBER = re.compile(r"\d{4,}")
_CODE = re.compile(r"(?=[a-z-]{0,24}\d)[0-9a-z]{10,40}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Parts of a site that list something else than articles in text.
_ASIDE = frozenset(
    ("video", "videos", "podcast", "podcasts", "gallery", "galleries", "forum", "forums", "shop", "live")
)
_BREAKS = re.compile(r"[-_+.,~ \u00a0]+")
# Scripts without blanks between words, where a word is about two characters long.
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def looks_like_article(url: str, text: str = "") -> bool:
    """Whether ``url`` (absolute) with the link text ``text`` (may be empty) is likely an article."""
    return likelihood(url, text) >= THRESHOLD


def likelihood(url: str, text: str = "") -> float:
    """The sum of the traits: about -5 for a section's name in the navigation, 3 and more for articles."""
    try:
        parts = urlsplit(url[:MAX_URL])
        queries = parse_qsl(parts.query, max_num_fields=50)
    except ValueError:
        return -9.0
    path = unquote(parts.path).lower()
    segments = [segment for segment in path.split("/") if segment]
    keys = {key.lower(): value for key, value in queries}
    by_query = any(_carries_id(key, value) for key, value in keys.items())
    if _FILE.search(path) or _SEARCH_KEYS & keys.keys() or not (segments or by_query):
        return -9.0
    if _PAGE_KEYS & keys.keys() and not by_query:
        return -9.0
    return _path(path, segments, by_query=by_query) + _text(text)


def may_be_section(url: str) -> bool:
    """Whether ``url`` has the shape of a section's: one or two short words as its path, none of a service's."""
    try:
        parts = urlsplit(url[:MAX_URL])
    except ValueError:
        return False
    segments = [segment for segment in unquote(parts.path).lower().split("/") if segment]
    if parts.query or not 1 <= len(segments) <= 2 or _FILE.search(parts.path.lower()):
        return False
    return all(
        segment not in NEVER | SELDOM | SERVICE | _ASIDE
        and not any(c.isdigit() for c in segment)
        and len(_words(_EXTENSION.sub("", segment))) <= 3
        for segment in segments
    )


def _carries_id(key: str, value: str) -> bool:
    return any(c.isdigit() for c in value) and (key in _ID_KEYS or (key.endswith(_ID_ENDS) and len(value) >= 4))


def _path(path: str, segments: list[str], *, by_query: bool) -> float:
    if any(segment in NEVER for segment in segments):
        return -6.0
    last = _EXTENSION.sub("", segments[-1]) if segments else ""
    extension = bool(segments) and last != segments[-1]
    tail = [*segments[-3:-1], last]
    words = max(map(_words, tail), key=len) if any(len(_words(part)) > 3 for part in tail) else _words(last)
    number = _number(tail[-2:])
    score = 0.5 if extension else 0.0
    if any(segment in SELDOM for segment in segments):
        score -= 1.0 if len(words) > 4 else 6.0
    if len(words) < 4 and not SERVICE.isdisjoint(words):
        score -= 4.0
    score += _dated(path, last)
    # A number in place of a slug says nothing against an article.
    slugless = 0.0 if number or by_query else 1.0
    score += (-1.5 * slugless, -slugless, 0.0, 1.5, 2.5, 3.0, 3.5, 4.0)[min(len(words), 7)]
    score += 0.5 if sum(map(len, words)) >= 40 else 0.0
    score += 3.0 if by_query else number
    before = segments[:-1]
    marked = any(segment in ARTICLE for segment in before)
    score += 1.0 if marked else 0.0
    if last in ARTICLE and len(words) < 4:
        score -= 2.0
    if last in LISTS or (before and before[-1] in LISTS):
        score -= 2.0
    if before and before[-1] in ARTICLE and last.isdigit() and len(last) > 2:
        score += 1.5
    elif before and _PAGINATION.fullmatch(last):
        score -= 3.0
    return score


def _dated(path: str, last: str) -> float:
    """A date in the path speaks for an article, unless it ends there: then it is a day's or month's archive."""
    if _DATE_PATH.search(path) or _MONTH_PATH.search(path):
        return -3.0 if _DATE_SEGMENT.fullmatch(last) else 5.0
    return 1.0 if _YEAR_PATH.search(path) and not _DATE_SEGMENT.fullmatch(last) else 0.0


def _number(tail: list[str]) -> float:
    """The weight of an article's number or code in the last segments: the longer, the surer."""
    longest = max((len(digits) for part in tail for digits in _NUMBER.findall(part)), default=0)
    if longest >= 7:
        return 3.0
    if longest >= 5 or any(_CODE.fullmatch(_BREAKS.split(part)[-1]) for part in tail):
        return 2.0
    return 0.5 if longest else 0.0


def _words(segment: str) -> list[str]:
    """The words of a slug: numbers and codes do not count, two characters without blanks between are one."""
    words = [word for word in _BREAKS.split(segment) if len(word) > 1 and not any(c.isdigit() for c in word)]
    if unspaced := _UNSPACED.findall(segment):
        words.extend(["xx"] * (len(unspaced) // 2))
    return words


def _text(text: str) -> float:
    if not text.strip():
        return 0.0
    text = text[:400]
    count = len(text.split()) + len(_UNSPACED.findall(text)) // 2
    return (-0.5, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0, 2.5, 2.5, 3.0)[min(count, 10)]
