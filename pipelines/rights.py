"""The machine-readable reservations of rights that hold for a page: of its headers, itself, and its host's file.

Sources: robots meta tag and ``X-Robots-Tag`` as search engines define them, with ``noai``, ``noimageai`` and ``noml``
as publishers have added them; the TDM Reservation Protocol (W3C community group, 2024) for ``tdm-reservation`` and
``tdm-policy``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

DIRECTIVES = frozenset({"noai", "noimageai", "noml", "noarchive", "noindex", "none", "nosnippet"})
TDM = ("tdm-reservation", "tdm-policy")
_LONGEST_POLICY = 500
_LONGEST_HEADER = 4_000
# A value may be meant for one crawler alone, as in ``otherbot: noindex``; what is meant for us or for all counts.
_OURS = frozenset({"broadsheet", "*"})
_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
# Commas are what search engines define; blanks and semicolons are what pages are found with.
_WORD = re.compile(r"([^\s,;:]+)(\s*:)?")
# Of the date behind ``unavailable_after``: its hour is followed by a colon too.
_CLOCK = re.compile(r"[\d-]+(?:t\d+)?")


def read(
    headers: Sequence[tuple[str, str]], meta: Mapping[str, tuple[str, ...]], file: Iterable[str] = ()
) -> tuple[str, ...]:
    """The reservations of one answer, each once and sorted: ``noai``, ``tdm-reservation=1``, ``tdm-policy=https://…``.

    ``headers`` are the response's as sent; ``meta`` maps a meta tag's lower-case name or ``http-equiv`` to its values;
    ``file`` is what the host's file says of the address (:func:`pipelines.tdmrep.of`). Of TDMRep's three ways to
    reserve, the page's own metadata go before the headers and these before the file (TDMRep, section on priorities);
    where one way says both 0 and 1, it reserves.
    """
    found: set[str] = set()
    header: set[str] = set()
    page: set[str] = set()
    for name, value in headers:
        lower = name.lower()
        if lower == "x-robots-tag":
            found.update(_directives(value))
        elif lower in TDM:
            header.update(words(lower, value))
    for name in ("robots", "broadsheet", "x-robots-tag"):
        for value in meta.get(name, ()):
            found.update(_directives(value))
    for name in TDM:
        for value in meta.get(name, ()):
            page.update(words(name, value))
    told = set(file)
    found |= {word for word in told if not word.startswith(TDM)}
    for way in (page, header, told):
        tdm = {word for word in way if word.startswith(TDM)}
        if any(word.startswith(TDM[0]) for word in tdm):
            found |= tdm - {f"{TDM[0]}=0"} if f"{TDM[0]}=1" in tdm else tdm
            break
    return tuple(sorted(found))


def _directives(value: str) -> Iterator[str]:
    ours = True
    for found in _WORD.finditer(value[:_LONGEST_HEADER].lower()):
        word, colon = found[1], found[2]
        # ``unavailable_after: …`` and ``max-snippet: …`` have a colon too, but name no crawler.
        if colon and word not in _VALUED and not _CLOCK.fullmatch(word):
            ours = word in _OURS
        elif ours and word in DIRECTIVES:
            yield word


def words(name: str, value: str) -> Iterator[str]:
    """A TDM property as a word for ``rights``; nothing where its value is none that the protocol knows."""
    text = value.strip()
    if name == "tdm-reservation":
        if text in ("0", "1"):
            yield f"{name}={text}"
    elif text.startswith(("http://", "https://", "/")) and len(text) <= _LONGEST_POLICY and text.isprintable():
        yield f"{name}={text}"
