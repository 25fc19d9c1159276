"""Elements with thousands of attributes, cut before the parser meets them.

libxml2 compares each attribute with all before it: an element of 40,000 costs it 1.7 seconds, one of 200,000 most of a
minute (2.14.6, measured). A quotation mark too few is enough to make one of a page's text.
"""

from __future__ import annotations

import re
from typing import Final

#: Attributes that an element may have; of 1,414 saved news pages none has one of more than 73.
MOST: Final = 256
# A tag is looked at from so many bytes on. Below, as many attributes as fit cost the parser nothing to speak of.
_STRIDE: Final = 2_000
_ATTRIBUTE: Final = rb"""[\s/]++[A-Za-z_:@.\-][\w:.\-]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'<>]++))?+"""
_CROWDED: Final = re.compile(
    rb"""(<[A-Za-z][\w:\-]*+(?:%(one)s){%(most)d})(?:%(one)s)+""" % {b"one": _ATTRIBUTE, b"most": MOST}
)


def thinned(source: bytes) -> bytes:
    """``source`` with no more than :data:`MOST` attributes in each long tag; the same object where none has more.

    Only what reads as attributes without exception is cut, so that text and scripts after a ``<`` stay whole.
    """
    end = len(source)
    if end < _STRIDE:
        return source
    pieces: list[bytes] = []
    kept = position = 0
    while position + _STRIDE < end:
        step = source.rfind(b">", position, position + _STRIDE)
        if step < 0:
            step = source.find(b">", position + _STRIDE)
            step = end if step < 0 else step
            for crowded in _CROWDED.finditer(source, position, step):
                pieces += (source[kept : crowded.end(1)],)
                kept = crowded.end()
        position = step + 1
    return b"".join((*pieces, source[kept:])) if pieces else source
