"""One thing that the demo serves: its content, and how it goes out."""

from __future__ import annotations

import datetime as dt
import functools
import gzip
import hashlib
from dataclasses import dataclass, replace

EPOCH = dt.datetime(2025, 6, 1, 6, 0, tzinfo=dt.UTC)
"""When everything without a date of its own was last modified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource as it stands on the server.

    ``content`` is text, written with ``encoding`` (characters that it lacks become numeric references), or bytes.
    ``content_type`` and ``headers`` go out as they are. ``packed`` makes the file itself gzip, as ``.xml.gz`` is.
    ``chunked`` leaves out the length for HTTP/1.1. A resource without ``validators`` sends neither ETag nor
    Last-Modified, and is never 304.
    """

    content: str | bytes
    content_type: str = "text/html; charset=utf-8"
    encoding: str = "utf-8"
    last_modified: dt.datetime = EPOCH
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    packed: bool = False
    chunked: bool = False
    validators: bool = True

    @property
    def body(self) -> bytes:
        """The bytes of the file, before any content coding."""
        raw = self.content if isinstance(self.content, bytes) else _encoded(self.content, self.encoding)
        return squeezed(raw) if self.packed else raw

    @property
    def etag(self) -> str:
        """A strong entity tag, without its quotes."""
        return hashlib.sha256(self.body).hexdigest()[:20]

    @property
    def compressible(self) -> bool:
        """Whether a content coding is worth its while."""
        return not self.packed and len(self.body) > 400 and not self.content_type.startswith(("image/png", "video/"))

    def edited(self, old: str, new: str, now: dt.datetime) -> Resource:
        """This resource with every ``old`` replaced by ``new``, later modified than before.

        :raises ValueError: where it is no text, or ``old`` does not stand in it
        """
        if isinstance(self.content, bytes) or old not in self.content:
            raise ValueError(f"{old!r} does not stand there")
        later = max(now, self.last_modified + dt.timedelta(seconds=1))
        return replace(self, content=self.content.replace(old, new), last_modified=later)


def redirect(location: str, status: int = 301) -> Resource:
    """A redirect to ``location``, with a few words for those who cannot follow."""
    text = f'<!DOCTYPE html><title>Moved</title><p>This page has <a href="{location}">moved</a>.</p>\n'
    return Resource(content=text, status=status, headers=(("Location", location),), validators=False)


@functools.lru_cache(maxsize=256)
def squeezed(raw: bytes) -> bytes:
    """gzip with a fixed time stamp, so that the same bytes come out each time."""
    return gzip.compress(raw, mtime=0)


def _encoded(text: str, encoding: str) -> bytes:
    return text.encode(encoding, "xmlcharrefreplace")
