"""``/.well-known/tdmrep.json``: what a host's file reserves, and for which of its addresses.

Source: TDM Reservation Protocol, final report of the W3C community group of 10 May 2024, section 6.1: an array of
objects with a ``location`` (a path with the wildcards of robots.txt, ``*`` and a closing ``$``), a
``tdm-reservation`` of 0 or 1, and a ``tdm-policy``. The first rule in the file that matches is the one that holds; a
file or a rule that breaks the protocol reserves nothing.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from pipelines.rights import words

PATH = "/.well-known/tdmrep.json"
MAX_RULES = 10_000
_LONGEST_LOCATION = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: its location, cut at the wildcards, and the words that it adds to ``rights``.

    ``anchored`` is whether the address must end where the last part does.
    """

    parts: tuple[str, ...]
    anchored: bool
    rights: tuple[str, ...]

    def matches(self, path: str) -> bool:
        """Whether ``path``, with its query, is one of the location's; in time that grows with its length only."""
        head, *inner = self.parts
        if not path.startswith(head):
            return False
        last = inner.pop() if inner and self.anchored else None
        place = len(head)
        for part in inner:
            found = path.find(part, place)
            if found < 0:
                return False
            place = found + len(part)
        if last is not None:
            return len(path) - len(last) >= place and path.endswith(last)
        return not self.anchored or place == len(path)


def read(body: bytes) -> tuple[Rule, ...]:
    """The rules of a file, in its order; none where it is no array of JSON."""
    try:
        found: object = json.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return ()
    entries = found if isinstance(found, list) else [found]
    rules = (_rule(entry) for entry in entries[:MAX_RULES])
    return tuple(rule for rule in rules if rule is not None)


def of(rules: tuple[Rule, ...], url: str) -> tuple[str, ...]:
    """What the first of ``rules`` that matches ``url`` says, as words for ``rights``."""
    parts = urlsplit(url)
    path = _escaped(parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return next((rule.rights for rule in rules if rule.matches(path)), ())


def _rule(entry: object) -> Rule | None:
    if not isinstance(entry, dict):
        return None
    location, reservation, policy = (entry.get(name) for name in ("location", "tdm-reservation", "tdm-policy"))
    if not isinstance(location, str) or not location or len(location) > _LONGEST_LOCATION:
        return None
    if isinstance(reservation, bool) or str(reservation) not in ("0", "1"):
        return None
    found = [*words("tdm-reservation", str(reservation))]
    if isinstance(policy, str):
        found += words("tdm-policy", policy)
    text = location.removesuffix("$")
    text = text if text.startswith(("/", "*")) else f"/{text}"
    parts = tuple(_escaped(part) for part in re.split(r"\*+", text))
    return Rule(parts=parts, anchored=location.endswith("$"), rights=tuple(found))


def _escaped(path: str) -> str:
    """One spelling for a path, however much of it is percent-encoded."""
    return quote(unquote(path), safe="/$?=&;:@!',+()")
