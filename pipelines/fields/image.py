"""The lead picture: its absolute address and its caption."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import lxml.html

from pipelines.candidates import Candidate, Choice
from pipelines.document import Document
from pipelines.elements import Elements
from pipelines.normalise import clean, plain
from pipelines.urls import join

MAX_CAPTION = 1_000
MAX_FIGURES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The lead picture: an absolute address and its caption."""

    url: str
    caption: str | None = None


def choose(document: Document) -> Choice[Image]:
    """The lead picture of ``document``, with the caption of the figure that shows it."""
    evidence, page = document.evidence, document.page
    pairs: list[tuple[str, str | None, str | None]] = [
        (n.origin, n.image_url, n.image_caption) for n in evidence.articles[:2]
    ]
    pairs = [
        *(
            (f"meta:{name}", evidence.first_meta(name), None)
            for name in ("og:image", "og:image:secure_url", "og:image:url")
        ),
        *pairs,
        *(
            (f"meta:{name}", evidence.first_meta(name), None)
            for name in ("twitter:image", "twitter:image:src", "thumbnail")
        ),
    ]
    addresses = [
        (source, absolute, caption, raw)
        for source, raw, caption in pairs
        if raw and (absolute := join(page.url, raw)) is not None
    ]
    if not addresses:
        shown = _shown(document)
        only = Candidate(value=shown, source="figure") if shown is not None else None
        return Choice(field="image", winner=only, candidates=(only,) if only else (), why="alone" if only else "")
    wanted = {_name(absolute) for _, absolute, _, _ in addresses}
    figures = _figures(document.elements, page.url, wanted)
    stated = next((text for _, _, caption, _ in addresses if caption and (text := plain(caption))), None)
    found = [
        Candidate(value=Image(url=absolute, caption=figures.get(_name(absolute)) or stated), source=source, raw=raw)
        for source, absolute, _, raw in addresses
    ]
    return Choice(field="image", winner=found[0], candidates=tuple(found), why="first")


def _shown(document: Document) -> Image | None:
    """The picture of the page's first figure with a caption, where nothing states one."""
    for caption in document.elements.captions[:MAX_FIGURES]:
        figure = caption.getparent()
        if figure is None or figure.tag != "figure" or next(figure.iterancestors(*_ELSEWHERE), None) is not None:
            continue
        for picture in figure.iter("img"):
            address = picture.get("data-src") or picture.get("src") or ""
            if address and not address.startswith("data:") and (url := join(document.page.url, address)) is not None:
                return Image(url=url, caption=_caption(caption) or None)
    return None


_ELSEWHERE = ("aside", "nav", "footer", "header")


def _figures(elements: Elements, url: str, wanted: Collection[str]) -> dict[str, str]:
    """The captions of the page's figures by the file names of their pictures, of those that are ``wanted``."""
    out: dict[str, str] = {}
    for caption in elements.captions[:MAX_FIGURES]:
        figure = caption.getparent()
        names = _names(figure, url, wanted) if figure is not None else set()
        if names and (text := _caption(caption)):
            for name in names:
                out.setdefault(name, text)
    return out


def _names(figure: lxml.html.HtmlElement, url: str, wanted: Collection[str]) -> set[str]:
    """Which of the file names ``wanted`` the pictures of ``figure`` have."""
    out: set[str] = set()
    for picture in figure.iter("img", "source"):
        for attribute in ("src", "data-src", "srcset", "data-srcset"):
            for address in (picture.get(attribute) or "").split(",")[:8]:
                words = address.split(maxsplit=1)
                if words and _may_end(words[0], wanted) and (absolute := join(url, words[0])) is not None:
                    out.add(_name(absolute))
    return out & set(wanted)


def _may_end(address: str, names: Collection[str]) -> bool:
    """Whether one of the file ``names`` stands in ``address``: cheaper than to take it apart, and mostly not so."""
    if address.startswith(("?", "#")):
        return True
    lower = (unquote(address) if "%" in address else address).lower()
    return any(name in lower for name in names)


_CREDIT_CLASS = re.compile(r"credit|copyright|source|photographer|fotograf|quelle|rights|urheber|autor", re.IGNORECASE)
# A credit that follows the caption's last sentence: "Photo: Jane Doe", "© Agency", "Foto: Agentur".
_CREDIT_TAIL = re.compile(
    r"(?:^|(?<=[.!?。»”\"')])\s*|\s+[|/–-]\s*)\(?(?:©|\(c\)|(?:(?:photo|image|picture)\s+credits?|photo(?:graph)?s?|foto(?:graf[ií]a)?s?"
    r"|bild(?:er)?|images?|picture|credits?|cr[ée]dits?"
    r"|quelle|source|fuente|fonte|kuva|zdj[eę]cie|фото|φωτο\w*|写真|撮影|사진|图片|摄影|صورة|תמונה)(?:\s(?:by|von|de|di"
    r"|par))?\s?[:：/=©])\s?[^.!?。]{0,80}\)?\.?$",
    re.IGNORECASE,
)

_CREDIT_IN_BRACKETS = re.compile(
    r"\s*[(\[](?:©|(?:photo(?:graph)?|foto|bild|image|picture|credit|quelle|source|fuente|fonte|фото)s?\b\s?[:：/=©])[^()\[\]]{0,100}[)\]]$",
    re.IGNORECASE,
)


def _caption(element: lxml.html.HtmlElement) -> str:
    """The text of a caption without the credit in it or behind it."""
    parts: list[str] = []
    size = 0
    stack: list[tuple[lxml.html.HtmlElement, bool]] = [(element, False)]
    while stack and size < MAX_CAPTION * 2:
        node, leaving = stack.pop()
        if leaving:
            if node is not element and node.tail:
                parts.append(node.tail)
                size += len(node.tail)
            continue
        stack.append((node, True))
        if node is not element and (
            node.tag in {"script", "style", "button"} or _CREDIT_CLASS.search(node.get("class") or "")
        ):
            continue
        if node.text:
            parts.append(node.text)
            size += len(node.text)
        stack.extend((child, False) for child in reversed(node))
    text = clean("".join(parts))[:MAX_CAPTION]
    return _CREDIT_TAIL.sub("", _CREDIT_IN_BRACKETS.sub("", text)).strip()


def _name(url: str) -> str:
    """What is the same in the addresses of one picture in several sizes: its file name."""
    try:
        return unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2].lower()
    except ValueError:
        return url
