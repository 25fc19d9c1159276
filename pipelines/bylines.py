"""Who wrote it, as it stands on the page for people to read."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

import lxml.etree
import lxml.html

from pipelines import names
from pipelines.normalise import clean
from pipelines.visible_dates import is_foreign, shared_with

MAX_HINTS = 150
MAX_TEXT = 300

_CLASS = re.compile(
    r"author|byline|by-line|autor|auteur|writer|reporter|journalist|columnist|contributor|verfasser|redakteur"
    r"|skribent|forfatter|szerzo"
    r"|kisha|written-?by|posted-?by|penulis|redaktor|signature|signatur\b"
    r"|(?:^|[\s_\-])(?:creator|firma|vcard|fn|source|credit-name)(?:$|[\s_\-\d])",
    re.IGNORECASE,
)
_STRONG = re.compile(r"author|byline|by-line|autor|auteur|writer|reporter|journalist", re.IGNORECASE)
_NOT_NAME = re.compile(
    r"bio|descri|about|avatar|image|img|photo|picture|thumb|follow|social|share|count|date|time|title|job"
    r"|role|position|email|twitter|facebook"
    r"|tooltip|more|related|recirc|comment|topic|tag|meta-?info|excerpt|teaser|read|location|mail|caption"
    r"|icon|button|links?-list",
    re.IGNORECASE,
)
# Every alternative begins with a letter of its own, not with a class: most places are so passed over in C.
_HREF = re.compile(
    r"/(?:authors?|autor(?:en|es|i|in)?|auteurs?|people|profiles?|staff|by|journalist(?:s|en|er)?|reporters?"
    r"|writers?|contributors?|columnists?|redaktion|team|person|user|users|redactie|persona|skribent|byline"
    r"|autori|columna)[/\-=]|\?author=|&author=|/bio/|/author",
    re.IGNORECASE,
)
_HREF_LOWER = re.compile(_HREF.pattern)
_OPENS = re.compile(
    r"^\s*(?:by|von|par|por|di|door|av|af|text|written by|de|του|της|автор|文|作者|記者|记者|著者|글|oleh"
    r"|yazan)\b\s*[:：]?\s*(?=\S)",
    re.IGNORECASE,
)
_AFTER_DATE = re.compile(r"\d\s?[-–—|•·,]\s?(?:by|par|von|por|di|door|av|af|oleh)\s\S", re.IGNORECASE)
_SKIP = frozenset(
    {"script", "style", "svg", "img", "button", "time", "noscript", "template", "figure", "input", "h1", "form"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Byline:
    """Names found in one place: ``score`` grows with the signs that they are the article's authors."""

    names: tuple[str, ...]
    score: float
    order: int
    raw: str


#: From here on a byline stands on its own.
TRUSTED = 1.5
#: And from here on it beats a statement that names only the site.
CERTAIN = 4.0


def collect(tree: lxml.html.HtmlElement, headline: lxml.html.HtmlElement | None) -> list[Byline]:
    """The bylines of ``tree``, best first; ``headline`` is the element of the article's headline.

    Of nested marks the innermost that holds a name counts; neighbours of one kind (the items of a list of authors)
    are one byline.
    """
    shared = shared_with(headline)
    found: list[tuple[Byline, lxml.html.HtmlElement]] = []
    taken: set[lxml.html.HtmlElement] = set()
    for element, weight, position in reversed(_positions(tree, headline)):
        if element in shared or element in taken:
            continue
        people, raw = _names_in(element)
        if not people:
            continue
        taken.update(element.iterancestors())
        score = weight
        if is_foreign(element, shared):
            score -= 5
        if headline is not None:
            if 0 <= position <= 600:
                score += 3
            elif -400 <= position <= 2000:
                score += 1.5
            elif position < -400:
                score -= 2
        found.append((Byline(names=tuple(people), score=score, order=position, raw=raw), element))
    found.reverse()
    out = _merged(found)
    out.sort(key=lambda byline: (-byline.score, byline.order))
    return out


def _merged(found: list[tuple[Byline, lxml.html.HtmlElement]]) -> list[Byline]:
    """Consecutive bylines of one kind in one place as one."""
    out: list[Byline] = []
    last: lxml.html.HtmlElement | None = None
    for byline, element in found:
        previous = out[-1] if out else None
        if previous is not None and last is not None and _alike(last, element) and byline.order - previous.order < 250:
            people = (*previous.names, *(name for name in byline.names if name not in previous.names))
            out[-1] = replace(previous, names=people, raw=f"{previous.raw}; {byline.raw}")
        else:
            out.append(byline)
        last = element
    return out


def _alike(one: lxml.html.HtmlElement, other: lxml.html.HtmlElement) -> bool:
    if one.tag != other.tag or one.get("class") != other.get("class"):
        return False
    mine, theirs = one.getparent(), other.getparent()
    if mine is theirs:
        return True
    return mine is not None and theirs is not None and mine.getparent() is theirs.getparent() and mine.tag == theirs.tag


def _positions(
    tree: lxml.html.HtmlElement, headline: lxml.html.HtmlElement | None
) -> list[tuple[lxml.html.HtmlElement, float, int]]:
    """Elements that may hold a byline, each with the weight of its mark and its distance to the headline in letters."""
    out: list[tuple[lxml.html.HtmlElement, float, int]] = []
    read = 0
    anchor = 0
    roles = _ROLES.get
    # Every element of the page comes by here: each of its texts is asked for once, and only where it is looked at.
    for element in tree.iter(lxml.etree.Element):
        role = roles(element.tag, 0)
        if role & _SILENT:
            continue
        if element is headline:
            anchor = read
        text = element.text
        bare = text.strip() if text else ""
        if bare and role & _LABELS and _is_label(text, bare) and len(element) == 0:
            parent = element.getparent()
            if parent is not None:
                out.append((parent if element.tag != "dt" else element, 3, read))
        weight = _weight(element, role)
        if not weight and bare and role & _TEXTUAL and len(text) < 120 and _opens(bare):
            weight = 1.5
        if weight and len(out) < MAX_HINTS * 4:
            out.append((element, weight, read))
        read += len(bare)
        tail = element.tail
        if tail:
            read += len(tail.strip())
    return [(element, weight, position - anchor) for element, weight, position in out]


_LABEL = re.compile(
    r"(?:autorin/autor|autor(?:in|en|es|a|e|i)?|authors?|written by|by|verfasst von|auteurs?|reporters?"
    r"|journalist|作者|著者|記者|penulis|автор)\s?:?",
    re.IGNORECASE,
)


def _is_label(text: str, bare: str) -> bool:
    return len(text) < 30 and bare[0] in _LABEL_STARTS and bool(_LABEL.fullmatch(bare))


# What the alternatives of _LABEL and of _OPENS begin with, in either case.
_LABEL_STARTS = frozenset("abwvrjpABWVRJP作著記аА")
_OPENS_STARTS = frozenset("bvpdatwoyBVPDATWOYτΤаА文作記记著글")


@lru_cache(maxsize=16_384)
def _mark_weight(marks: str) -> float:
    """How much a class, id or test id says that an element names the author; pages repeat the same ones."""
    if len(marks) > 400 or not _CLASS.search(marks):
        return 0.0
    return 3.5 if _STRONG.search(marks) else 1.5


def _weight(element: lxml.html.HtmlElement, role: int) -> float:
    """How much an element's attributes say that it names the author."""
    get = element.get
    weight = 0.0
    if not role & _BOX:
        # Written out: a loop over the three names costs as much again.
        if marks := get("class"):
            weight = _mark_weight(marks)
        if marks := get("id"):
            weight = max(weight, _mark_weight(marks))
        if marks := get("data-testid"):
            weight = max(weight, _mark_weight(marks))
    if (prop := get("itemprop")) and "author" in prop.split():
        weight = 5.0
    if role & _LINK:
        if (rel := get("rel")) and "author" in rel.split():
            weight = max(weight, 4.0)
        if not weight and _is_profile(get("href")):
            weight = 2.0
    return weight


def _opens(text: str) -> bool:
    return bool((text[0] in _OPENS_STARTS and _OPENS.match(text)) or _AFTER_DATE.search(text))


# What is looked for in an element, by its tag.
_SILENT, _LABELS, _BOX, _LINK, _TEXTUAL = 1, 2, 4, 8, 16
_ROLES: dict[str, int] = {
    **dict.fromkeys(("script", "style", "meta", "link", "noscript", "path", "use", "g", "rect", "circle"), _SILENT),
    **dict.fromkeys(("dt", "label", "th", "h5", "h6"), _LABELS),
    **dict.fromkeys(("body", "html", "article", "main", "section"), _BOX),
    "a": _LINK,
    **dict.fromkeys(("p", "div", "small", "em", "i", "address", "cite", "td", "li", "font"), _TEXTUAL),
    **dict.fromkeys(("strong", "b", "span"), _LABELS | _TEXTUAL),
}


def _is_profile(href: str | None) -> bool:
    """Whether a link leads to a writer's page, by its path."""
    if not href or len(href) >= 300:
        return False
    # Folding the case of a whole address once is cheaper than of each letter at each place.
    return bool(_HREF_LOWER.search(href.lower()) if href.isascii() else _HREF.search(href))


def _names_in(element: lxml.html.HtmlElement) -> tuple[list[str], str]:
    """The names in a byline: those of its author links where it has some, else of its pieces of text."""
    if _too_long(element):
        return [], ""
    raw = clean(" ".join(element.itertext()))
    inner = [e for e in element.iter() if e is not element and "name" in (e.get("itemprop") or "").split()]
    if not inner:
        inner = [e for e in element.iter("a") if "author" in (e.get("rel") or "").split() or _is_profile(e.get("href"))]
    people: list[str] = []
    for node in inner[:20]:
        for name in names.split(" ".join(node.itertext())):
            if name not in people and names.is_visible_name(name):
                people.append(name)
    if people:
        return people, raw
    whole = names.freed(raw)
    if 2 <= len(whole.split()) <= 4 and (whole_names := names.split(raw)):
        return [name for name in whole_names if names.is_visible_name(name)], raw
    for piece in _pieces(element):
        if people and not _goes_on(piece):
            break
        for name in names.split(piece):
            if name not in people and names.is_visible_name(name):
                people.append(name)
    return people, raw


def _goes_on(piece: str) -> bool:
    """Whether ``piece``, after a name, is or begins with what joins names."""
    return bool(_JOINER.match(piece))


def _too_long(element: lxml.html.HtmlElement) -> bool:
    size = 0
    for part in element.itertext():
        size += len(part.strip())
        if size > MAX_TEXT:
            return True
    return size < 2


def _pieces(element: lxml.html.HtmlElement) -> list[str]:
    """The text of a byline in the pieces that its elements make, without those that hold no name."""
    out: list[str] = []
    current: list[str] = []

    def flush() -> None:
        text = clean(" ".join(current))
        current.clear()
        if text:
            out.append(text)

    stack: list[tuple[lxml.html.HtmlElement, bool]] = [(element, False)]
    while stack:
        node, leaving = stack.pop()
        if leaving:
            if node is not element:
                flush()
                if node.tail:
                    current.append(node.tail)
            continue
        tag = node.tag
        own = f"{node.get('class') or ''}" if node is not element else ""
        stack.append((node, True))
        if not isinstance(tag, str) or tag in _SKIP or (own and _NOT_NAME.search(own) and not _STRONG.search(own)):
            flush()
            continue
        flush()
        if node.text:
            current.append(node.text)
        stack.extend((child, False) for child in reversed(node))
    flush()
    return _joined(out)


_JOINER = re.compile(r"^\s*(?:,|&|/|;|and\b|und\b|et\b|y\b|e\b|og\b|och\b|en\b|i\b|и\b|、)", re.IGNORECASE)
_BY_ALONE = re.compile(
    r"^(?:by|von|par|por|di|door|av|af|text|written by|by:|von:|posted by|autorin/autor|autor|author|oleh"
    r"|penulis)\s?:?$",
    re.IGNORECASE,
)


def _joined(pieces: list[str]) -> list[str]:
    """A lone "By" or a lone comma belongs to the piece after it."""
    out: list[str] = []
    lead = ""
    for piece in pieces:
        text = f"{lead} {piece}".strip()
        if _BY_ALONE.match(text) or not text.strip(" ,;&/"):
            lead = text
            continue
        if lead and _JOINER.fullmatch(lead):
            out.append(f"{lead} {piece}")
        else:
            out.append(text)
        lead = ""
    return out
