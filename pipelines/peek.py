"""What an answer says of its rights, read before anything of it is kept."""

from __future__ import annotations

import lxml.etree

from pipelines import charsets, rights
from pipelines.decoding import Decoded, decode_content
from pipelines.evidence import read_meta
from storage.warc.exchange import Headers
from storage.warc.headers import first


def peek(payload: bytes, headers: Headers, file: tuple[str, ...], *, limit: int) -> tuple[str, ...]:
    """The words that the extraction would find: of the headers, of the page's ``<meta>``, and of its host's file.

    ``payload`` is content-encoded as sent; of one that cannot be decoded (to at most ``limit`` bytes) or parsed only
    the headers speak. Costs about as much as one parse.
    """
    encodings = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
    decoded = decode_content(payload, encodings, limit=limit)
    meta: dict[str, list[str]] = {}
    if isinstance(decoded, Decoded):
        source = charsets.decode(decoded.body, first(headers, "content-type")).utf8
        parser = lxml.etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
        try:
            tree = lxml.etree.fromstring(source, parser) if source.strip() else None
        except (lxml.etree.LxmlError, ValueError):
            tree = None
        for element in tree.iter("meta") if tree is not None else ():
            read_meta(element, meta)
    return rights.read(headers, {name: tuple(values) for name, values in meta.items()}, file)
