"""``broadsheet show``: one article as a person reads it."""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict

import pyarrow as pa
import pyarrow.compute as pc

from crawler.terminal import clean
from pipelines.history import key
from pipelines.urls import article_id, canonical
from storage.archive import Archive
from storage.records import Article, Capture
from storage.schema import articles_from_arrow, captures_from_arrow

WIDTH = 100


def find(archive: Archive, url: str) -> tuple[Article | None, Capture | None]:
    """The current article behind ``url``, by whatever address it was met, and the last event of that address.

    An address that no event names may still be one that a known article declares as its own.
    """
    event = last_event(archive, url)
    given = event.id if event is not None else None
    for wanted in dict.fromkeys((given or article_id(canonical(url)), None if given else _declaring(archive, url))):
        if wanted is not None:
            found = articles_from_arrow(archive.articles().to_table(filter=pc.field("id") == wanted))
            if found:
                return found[0], event
    return None, event


def _declaring(archive: Archive, url: str) -> str | None:
    """The id of the article that first declared ``url`` as its own address, in any of its revisions, or None."""
    spelt = pc.field("canonical_url").isin([f"{scheme}://{key(url)}" for scheme in ("http", "https")])
    rows = archive.articles(all_revisions=True).to_table(["id", "row"], filter=spelt).sort_by("row")
    ids = rows["id"].to_pylist()
    return str(ids[0]) if ids else None


def last_event(archive: Archive, url: str) -> Capture | None:
    """The newest event of an address, by whatever spelling it was met.

    One that names an article goes before one that names none, and then the address's own before those of others that
    led to it.
    """
    captures = archive.captures()
    spellings = sorted({url, canonical(url), *(f"{scheme}://{key(url)}" for scheme in ("http", "https"))})
    near = (pc.field("requested_url").isin(spellings) | pc.field("url").isin(spellings)) & (
        pc.field("kind") == "article"
    )
    table = captures.to_table(filter=near)
    if not table.num_rows:
        batches = [_matching(batch, key(url)) for batch in captures.to_batches(filter=pc.field("kind") == "article")]
        table = pa.Table.from_batches(batches, schema=captures.schema)
    if not table.num_rows:
        return None
    wanted = key(url)
    events = captures_from_arrow(table)
    return max(events, key=lambda event: (event.id is not None, key(event.requested_url) == wanted, event.at))


def _matching(batch: pa.RecordBatch, wanted: str) -> pa.RecordBatch:
    requested, final = batch["requested_url"].to_pylist(), batch["url"].to_pylist()
    hits = [
        key(one) == wanted or (two is not None and key(two) == wanted)
        for one, two in zip(requested, final, strict=True)
    ]
    return batch.filter(pa.array(hits, type=pa.bool_()))


def copied(archive: Archive, article: Article) -> tuple[str, str] | None:
    """What is known of ``article`` as one of several copies, as label and value; None where it is alone.

    What was found of an earlier revision still holds until the next ``broadsheet cluster``.
    """
    clusters = archive.clusters()
    own = clusters.to_table(["cluster", "role", "contained"], filter=pc.field("id") == article.id).to_pylist()
    if not own:
        return None
    told = own[0]
    fellows = clusters.to_table(["id", "role"], filter=pc.field("cluster") == told["cluster"]).to_pylist()
    if told["role"] == "first":
        count = len(fellows) - 1
        return ("copies", f"{count} {'other has' if count == 1 else 'others have'} this text") if count else None
    firsts = [one["id"] for one in fellows if one["role"] == "first"]
    rows = archive.articles().to_table(["url", "source"], filter=pc.field("id").isin(firsts)).to_pylist()
    if not rows:
        return None
    return "copy of", clean(f"{rows[0]['url']} ({rows[0]['source']}; {told['contained']:.0%} of the shorter text)")


def as_text(article: Article, *, width: int = WIDTH) -> str:
    """The record as a person reads it: date line, title, bullets, body."""
    lines = [article.date.strftime("%B %-d, %Y") if article.date else "undated", "", clean(article.title), ""]
    if article.bullets:
        lines += [*(f"  • {clean(bullet)}" for bullet in article.bullets), ""]
    for paragraph in article.body.split("\n\n"):
        lines += [*_wrapped(clean(paragraph, keep_newlines=True), width), ""]
    return "\n".join(lines).rstrip() + "\n"


def facts(article: Article) -> list[tuple[str, str]]:
    """What else the record says, as label and value; what is unknown is left out."""
    published = article.date_published.isoformat() if article.date_published else None
    modified = article.date_modified.isoformat() if article.date_modified else None
    pairs: list[tuple[str, str | None]] = [
        ("url", article.url),
        ("source", article.source),
        ("authors", ", ".join(article.authors) or None),
        ("published", f"{published} (read from {article.date_source})" if published else None),
        ("modified", modified),
        ("section", article.section),
        ("language", article.language),
        ("access", article.access),
        ("words", str(article.word_count)),
        ("warnings", ", ".join(article.warnings) or None),
        ("warc", f"{article.warc_file} at {article.warc_offset}" if article.warc_file else None),
    ]
    return [(label, clean(value)) for label, value in pairs if value]


def as_json(article: Article) -> str:
    """The record as one JSON object, instants in ISO 8601."""
    return json.dumps(asdict(article), ensure_ascii=False, indent=2, default=lambda value: value.isoformat())


def fate(event: Capture) -> str:
    """What became of an address that gave no article, in a sentence."""
    why = f" ({event.reason})" if event.reason else ""
    more = f": {clean(event.detail)}" if event.detail else ""
    when = event.at.isoformat(timespec="seconds")
    return f"{clean(event.requested_url)} is no article of this archive: {event.outcome}{why} at {when}{more}"


def _wrapped(paragraph: str, width: int) -> list[str]:
    return [line for part in paragraph.split("\n") for line in (textwrap.wrap(part, width) or [""])]
