"""The keywords that a page gives its article, as words for readers, without what its systems tell each other."""

from __future__ import annotations

import re
from functools import lru_cache

from pipelines.candidates import Candidate, Choice
from pipelines.document import Document
from pipelines.normalise import clean, fold, plain

MAX_TAGS = 50
_LONGEST = 100
_SPLIT = re.compile(r"[,;|]")
# What content systems write before a keyword to say what sort it is: ``tag:Crime``, ``Category: Economy``, ``topic/x``.
_SORT = re.compile(r"([A-Za-z][A-Za-z _-]{0,30}?)\s*(:(?=\S)|:\s|/)\s*(.+)", re.DOTALL)
_KEPT = re.compile(
    r"(?:nlp |secondary |primary |main )?(?:tags?|topics?|keywords?|categor(?:y|ies)|subjects?|themes?|entit(?:y|ies)"
    r"|entity tokens|person|people|places?|locations?|organi[sz]ations?|sections?|regions?|brand|team|company)"
)
_DROPPED = re.compile(
    r"(?:content |page |article |post )?(?:types?|lengths?|sources?|targets?|formats?|status|templates?|pages?"
    r"|channels?|ids?|articleid|prio(?:rity)?|paywall|access|author|layout)"
)
_SETTING = re.compile(r"true|false|none|null|yes|no|\d+", re.IGNORECASE)
_IDENTIFIER = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?=.*\d)[0-9A-Z]{16,}|[0-9]{5,}")


def choose(document: Document) -> Choice[tuple[str, ...]]:
    """The keywords of ``document``, each once."""
    evidence = document.evidence
    sources: list[tuple[str, tuple[str, ...]]] = [(node.origin, node.keywords) for node in evidence.articles[:2]]
    sources += [
        (f"meta:{name}", evidence.meta.get(name, ())[:MAX_TAGS])
        for name in ("article:tag", "og:article:tag", "news_keywords", "parsely-tags", "sailthru.tags", "keywords")
    ]  # fmt: skip
    found = [candidate for source, values in sources if (candidate := _candidate(source, values))]
    if not found and (candidate := _candidate("links", _linked(document))):
        found.append(candidate)
    return Choice(
        field="tags", winner=found[0] if found else None, candidates=tuple(found), why="first" if found else ""
    )


def _candidate(source: str, values: tuple[str, ...]) -> Candidate[tuple[str, ...]] | None:
    names: dict[str, str] = {}
    for value in values:
        for part in _SPLIT.split(plain(value)):
            if text := keyword(clean(part)):
                names.setdefault(fold(text), text)
    if not names:
        return None
    return Candidate(value=tuple(names.values())[:MAX_TAGS], source=source, raw="; ".join(values)[:500])


@lru_cache(maxsize=4_096)
def keyword(text: str) -> str | None:
    """``text`` as a reader's keyword, without the word for its sort; None where it is a machine's."""
    if match := _SORT.fullmatch(text):
        sort, mark, rest = match.groups()
        if _KEPT.fullmatch(sort.lower()):
            return keyword(rest.rpartition(":")[2].strip())
        # "type:story", "Elevated:false", "articleID/N6TP": a field of some system and its value.
        field = mark == ":" and (sort.islower() or _SETTING.fullmatch(rest))
        if field or _DROPPED.fullmatch(sort.lower().replace("_", " ")) or _IDENTIFIER.fullmatch(rest):
            return None
    if not 1 < len(text) <= _LONGEST or "_" in text or "@" in text or "{" in text:
        return None
    if text.startswith(("http:", "https:", "www.")) or _IDENTIFIER.fullmatch(text):
        return None
    return text


def _linked(document: Document) -> tuple[str, ...]:
    """The texts of links that are marked ``rel="tag"`` (https://microformats.org/wiki/rel-tag)."""
    out: list[str] = []
    for count, link in enumerate(document.tree.iter("a")):
        if count > 2_000 or len(out) >= MAX_TAGS:
            break
        if "tag" in (link.get("rel") or "").split() and (text := clean("".join(link.itertext())[:100])):
            out.append(text.lstrip("#"))
    return tuple(out)
