"""What an answer says of its rights, read before anything of it is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable

import lxml.etree

from pipelines import charsets, rights
from pipelines.decoding import Decoded, decode_content, looks_plain
from pipelines.evidence import read_meta
from pipelines.policy import UNREADABLE
from storage.warc.exchange import Headers
from storage.warc.headers import first

# Up to the next bracket of either kind, so that one pass is enough whatever the page holds.
_META = re.compile(rb"<meta\b[^<>]*>?", re.IGNORECASE)


def peek(payload: bytes, headers: Headers, file: tuple[str, ...], *, limit: int) -> tuple[str, ...]:
    """The words that the extraction would find: of the headers, of the page's ``<meta>``, and of its host's file.

    ``payload`` is content-encoded as sent. Where it cannot be decoded (to at most ``limit`` bytes), and is no markup
    as it stands either, the word ``unreadable`` is added: nobody knows what the page says. Costs about as much as one
    parse.
    """
    encodings = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
    decoded = decode_content(payload, encodings, limit=limit)
    body = decoded.body if isinstance(decoded, Decoded) else payload
    meta: dict[str, list[str]] = {}
    for element in _metas(charsets.decode(body, first(headers, "content-type")).utf8):
        read_meta(element, meta)
    words = rights.read(headers, {name: tuple(values) for name, values in meta.items()}, file)
    readable = isinstance(decoded, Decoded) or not payload or looks_plain(payload)
    return words if readable else tuple(sorted({*words, UNREADABLE}))


def _metas(source: bytes) -> Iterable[lxml.etree._Element]:
    """The ``<meta>`` of a page in UTF-8.

    Where the parser gives up, as it does below 2,048 levels, all that the bytes hold count, those in comments too.
    """
    parser = _parser()
    tree = _parsed(source, parser)
    if tree is None or any("depth" in entry.message.lower() for entry in parser.error_log):
        tree = _parsed(b"".join(_closed(found[0]) for found in _META.finditer(source)), _parser())
    return tree.iter("meta") if tree is not None else ()


def _closed(tag: bytes) -> bytes:
    return tag if tag.endswith(b">") else tag + b">"


def _parser() -> lxml.etree.HTMLParser:
    return lxml.etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)


def _parsed(source: bytes, parser: lxml.etree.HTMLParser) -> lxml.etree._Element | None:
    try:
        return lxml.etree.fromstring(source, parser) if source.strip() else None
    except (lxml.etree.LxmlError, ValueError):
        return None
