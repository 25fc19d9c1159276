"""Character decoding: from a page's bytes to its text, whatever its declarations say."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A page as text in UTF-8 without NULs; ``encoding`` is the Python codec that its bytes were read with.

    ``warnings`` are quality codes (``charset_guessed``, ``charset_mislabelled``, ``charset_damaged``).
    """

    utf8: bytes
    encoding: str
    warnings: tuple[str, ...] = ()


_META = re.compile(rb"""<meta[^>]{0,300}?charset\s{0,5}=\s{0,5}["']?\s{0,5}([A-Za-z0-9_:.\-]{2,40})""", re.IGNORECASE)
_XML = re.compile(rb"""\A\s{0,50}<\?xml[^>]{0,200}?encoding\s{0,5}=\s{0,5}["']([A-Za-z0-9_:.\-]{2,40})""", re.IGNORECASE)
_HEADER = re.compile(r"""charset\s{0,5}=\s{0,5}["']?\s{0,5}([A-Za-z0-9_:.\-]{2,40})""", re.IGNORECASE)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\x00\x00", "utf-32-le"), (b"\x00\x00\xfe\xff", "utf-32-be"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def _text(text: str, encoding: str, *warnings: str) -> Text:
    return Text(utf8=text.replace("\x00", "").encode("utf-8", "replace"), encoding=encoding, warnings=warnings)


def decode(body: bytes, content_type: str | None) -> Text:
    """``body`` as text, read as its BOM, its bytes or its declarations say, in that order of trust."""
    for bom, name in _BOMS:
        if body.startswith(bom):
            return _text(body[len(bom) :].decode(name, "replace"), name)
    try:
        body.decode("utf-8")
        return Text(utf8=body.replace(b"\x00", b"") if b"\x00" in body else body, encoding="utf-8")
    except UnicodeDecodeError:
        pass
    for match in (_HEADER.search(content_type or ""), _XML.search(body[:1024]), _META.search(body[:8192])):
        if match:
            label = match[1] if isinstance(match[1], str) else match[1].decode("ascii")
            try:
                name = codecs.lookup(label).name
                return _text(body.decode(name, "replace"), name)
            except (LookupError, ValueError):
                continue
    return _text(body.decode("windows-1252", "replace"), "windows-1252", "charset_guessed")
