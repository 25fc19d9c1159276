"""A headline taken out of what stands around it: the site's name, a section, a date, a kicker."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from pipelines.normalise import fold

# What parts a headline from a site's name. A dash or colon parts only with space around it, or it is punctuation;
# bars, guillemets and double dashes part also without, and so do underscores in scripts without spaces.
_SEPARATOR = re.compile(
    r"\s*[|｜│¦ㅣ]+\s*|\s*(?:--+|——+)\s*|(?<=[^\x00-\x7f])_+(?=\S)|\s+(?:[-–—―·•»«›‹:/~]|::|<|>|\\)+\s+|(?<=[^\x00-\x7f])\s?[:：]\s?(?=\S)|\s+-(?=[^\s\d])"
)
_KEY = re.compile(r"[^\w]+|_")
_ACCENT = re.compile("[\u0300-\u036f]")
_DATE = re.compile(r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2})(?:\s+\d{1,2}:\d{2})?")


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """``text`` for comparison: folded, without accents, letters and digits only."""
    folded = fold(text)
    if not folded.isascii():
        folded = _ACCENT.sub("", unicodedata.normalize("NFKD", folded))
    return _KEY.sub("", folded)


def site_keys(names: Iterable[str | None], domain: str) -> frozenset[str]:
    """The keys by which a site is known: the names that it gives itself and its domain with and without the suffix."""
    given = [name for name in names if name]
    found = {key(name) for name in given}
    found |= {"".join(word[0] for word in name.split()).casefold() for name in given if 2 <= len(name.split()) <= 5}
    label = domain.partition(".")[0]
    found |= {key(label), key(domain)}
    found |= {
        k.removeprefix(a)
        for k in tuple(found)
        for a in ("the", "der", "die", "das", "le", "la", "el", "il")
        if len(k) > len(a) + 3
    }
    return frozenset(k for k in found if len(k) > 1)


def is_site(segment: str, sites: frozenset[str]) -> bool:
    """Whether ``segment`` is short and names the site, alone or with a word or two beside it."""
    mine = key(segment)
    if not mine or len(segment) > 60:
        return False
    if mine in sites:
        return True
    initials = "".join(word[0] for word in segment.split()).casefold()
    if len(initials) >= 2 and initials in sites:
        return True
    # "Example News" for "Example", "example.org – Politics desk" for "example": the name leads or ends a short segment.
    parts = segment.split()
    if len(parts) <= 3 and any(len(key(part)) >= 3 and key(part) in sites for part in (parts[0], parts[-1])):
        return True
    return len(parts) <= 5 and any(
        len(site) >= 4 and (mine.startswith(site) or mine.endswith(site) or (len(mine) >= 4 and site.startswith(mine)))
        for site in sites
    )


def strip(text: str, sites: frozenset[str], sections: frozenset[str], known: frozenset[str]) -> str:
    """``text`` without the segments around the headline.

    ``known`` are the keys of the page's other headlines: a run of segments equal to one of them is the headline.
    Otherwise segments that name the site, a section or a date are taken off the end, then a site's name off the front.
    """
    text = _cut_at_known(text, known)
    cuts = [(match.start(), match.end()) for match in _SEPARATOR.finditer(text) if match.start() > 0]
    if not cuts or len(cuts) > 12:
        return text
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text)]
    whole = key(text)
    if known and whole not in known:
        spans = [(s, e) for s in starts for e in ends if s < e and (s, e) != (0, len(text))]
        spans.sort(key=lambda span: span[0] - span[1])
        for start, end in spans:
            part = text[start:end]
            if len(key(part)) * 4 > len(whole) and key(part) in known:
                return part.strip()
    first, last = 0, len(starts) - 1
    named = False
    while last > first:
        segment = text[starts[last] : ends[last]]
        mine = key(segment)
        site = is_site(segment, sites)
        if (
            site
            or _DATE.fullmatch(segment.strip())
            or (mine in sections)
            or (named and len(segment.split()) <= 2 and len(segment) <= 25 and last > first + 0)
        ):
            if not site and not named and mine in sections and ends[last - 1] - starts[first] < 15:
                break
            named = named or site
            last -= 1
        else:
            break
    while first < last and is_site(text[starts[first] : ends[first]], sites):
        first += 1
    out = text[starts[first] : ends[last]].strip()
    return out if len(key(out)) >= 2 else text


_GLUED = "-–—|｜ㅣ·:："


def _cut_at_known(text: str, known: frozenset[str]) -> str:
    """``text`` up to a separator without space around it where what stands before is one of the other headlines."""
    for position in range(len(text) - 1, max(len(text) - 80, 10), -1):
        if text[position] in _GLUED and key(text[:position]) in known and key(text) not in {key(text[:position])}:
            return text[:position].rstrip()
    return text
