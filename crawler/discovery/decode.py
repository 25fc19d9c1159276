"""From the bytes of an entrance to text."""

from __future__ import annotations

import codecs
import re

from w3lib.encoding import html_body_declared_encoding, resolve_encoding

_CHARSET = re.compile(r"""charset\s{0,9}=\s{0,9}["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Codecs of Python that no page is written in, some of them quadratic in the size of their input.
_NO_CHARSETS = frozenset(("punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7", "mbcs"))


def decoded(body: bytes, content_type: str | None) -> str:
    """``body`` as text, by the first that fits of: BOM, UTF-8, the header's charset, the document's own, windows-1252.

    UTF-8 comes before what is declared because no text of another encoding is valid UTF-8 by chance, while servers
    that name a legacy charset for UTF-8 files are common.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, errors="replace")
    for start, name in ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")):
        if body.startswith(start):
            return body.decode(name, errors="replace")
    charset = _CHARSET.search(content_type or "")
    names = [resolve_encoding(charset[1]) if charset else None, html_body_declared_encoding(body[:4096])]
    declared = [name for name in names if name is not None and name not in _NO_CHARSETS]
    # ISO-2022 is seven-bit, and so always valid UTF-8 too.
    shifting = [name for name in declared if "2022" in name] if b"\x1b" in body else []
    for name in (*shifting, "utf-8", *declared):
        try:
            return body.decode(name)
        except (LookupError, ValueError):
            continue
    mended = body.decode("utf-8", errors="replace")
    # A text in windows-1252 breaks UTF-8 at most of its non-ASCII characters, a damaged text in UTF-8 at few.
    broken = mended.count("\ufffd")
    sound = sum(1 for character in mended[:200_000] if character > "\x7f") - broken
    if broken < sound:
        return mended
    return body.decode("cp1252", errors="replace")
