"""Rows of an invented paper, runs that end where a test wants them to, and what a sound archive must show."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

from pipelines import outcomes
from pipelines.history import History
from pipelines.pages import page_of
from pipelines.process import process
from storage import warc
from storage.archive import Archive, Run
from storage.records import Announcement, Article, Capture, Page
from storage.recovery import is_redirect, position
from storage.schema import captures_from_arrow
from storage.warc import CaptureInfo, Exchange, StoredResponse

NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
SOURCE = "harbour"
HOST = "http://harbour.test"


def minutes(count: float) -> dt.datetime:
    """So many minutes after noon."""
    return NOON + dt.timedelta(minutes=count)


def article(number: int = 1, **changes: Any) -> Article:
    """An article with the least that one needs, its id made of ``number``, with the fields named changed."""
    fields: dict[str, Any] = {
        "row": f"20261122T120000.{number:06d}Z-0",
        "id": f"{number:032x}",
        "revision": "r1",
        "url": f"{HOST}/{number}",
        "canonical_url": f"{HOST}/{number}",
        "requested_url": f"{HOST}/{number}",
        "source": SOURCE,
        "domain": "harbour.test",
        "title": f"Ferry number {number} is late",
        "date_crawled": NOON,
        "first_seen": NOON,
        "body": "The ferry was late again.",
        "word_count": 5,
        "extractor": "test 1",
        "run": "someone",
        "month": "2026-11",
    }
    return Article(**fields | changes)


def capture(number: int = 1, **changes: Any) -> Capture:
    """The row of the capture that brought ``article(number)``, with the fields named changed."""
    fields: dict[str, Any] = {
        "kind": "article",
        "source": SOURCE,
        "requested_url": f"{HOST}/{number}",
        "at": NOON,
        "outcome": "archived",
        "url": f"{HOST}/{number}",
        "id": f"{number:032x}",
        "revision": "r1",
        "status": 200,
        "run": "someone",
        "batch": 1,
    }
    return Capture(**fields | changes)


def begin(archive: Archive, **options: Any) -> Run:
    """A run of the tests."""
    return archive.begin("crawl", software="test/1", **options)


def html(title: str, sentence: str = "The ferry was late again, and nobody on the quay was surprised by it.") -> bytes:
    """A page that the extractor takes for an article."""
    text = "".join(f"<p>{sentence} This is paragraph {word}.</p>" for word in ("one", "two", "three"))
    return (
        f"<!DOCTYPE html><html lang=en><head><title>{title}</title>"
        '<meta property="article:published_time" content="2026-11-20T08:00:00Z"></head>'
        f"<body><article><h1>{title}</h1>{text}</article></body></html>"
    ).encode()


def exchange(url: str, payload: bytes, **changes: Any) -> Exchange:
    """An answer for ``url``, announced by the paper's feed; ``kind`` says what it was asked for as."""
    kind = changes.pop("kind", "article")
    announcement = Announcement(entrance=f"{HOST}/feed", kind="feed", seen_at=NOON) if kind == "article" else None
    fields: dict[str, Any] = {
        "url": url,
        "fetched_at": minutes(1),
        "status": 200,
        "request_headers": (),
        "response_headers": (("Content-Type", "text/html; charset=utf-8"),),
        "payload": payload,
        "info": CaptureInfo(kind=kind, source=SOURCE, requested_url=url, announcement=announcement),
    }
    return Exchange(**fields | changes)


def fetch(run: Run, answer: Exchange, history: History) -> tuple[Capture, Article | None]:
    """Do with an answer what the crawl does: WARC first, then the extractor, then the verdict and the record."""
    written = run.write(answer)
    stored = StoredResponse(
        url=answer.url,
        fetched_at=answer.fetched_at,
        status=answer.status,
        response_headers=answer.response_headers,
        payload=answer.payload,
        truncated=answer.truncated,
        info=answer.info,
        position=written.position,
        payload_digest=written.payload_digest,
    )
    row = outcomes.capture_of(stored, answer.info)
    kept = None
    if row.kind == "article":
        known = history.get(row.requested_url)
        verdict = outcomes.of_status(stored, known)
        result = None
        if verdict is None:
            verdict = outcomes.of_payload(stored, known)
        if verdict is None:
            page = page_of(stored)
            result = process(page) if isinstance(page, Page) else page
            verdict = history.verdict(row.requested_url, result)
        row = outcomes.settle(row, verdict, result, failed_at=stored, known=known, run=run.name)
        kept = verdict.article
    history.apply(row)
    run.record(row, kept)
    return row, kept


def faults(archive: Archive) -> list[str]:
    """What is wrong with an archive that nobody is writing: no row missing, doubled or astray, no lock, no open run."""
    found: list[str] = []
    articles = archive.articles(all_revisions=True).to_table()
    events = captures_from_arrow(archive.captures().to_table())
    runs = archive.runs().to_table(["run"])["run"].to_pylist()
    rows = articles.select(["warc_file", "warc_offset", "id", "revision", "row", "run"]).to_pylist()
    found += _doubled("row of articles", [row["row"] for row in rows])
    found += _doubled("WARC position in articles", [(row["warc_file"], row["warc_offset"]) for row in rows])
    found += _doubled("revision of an article", [(row["id"], row["revision"]) for row in rows])
    fetched = [(event, where) for event in events if (where := position(event)) is not None]
    found += _doubled("WARC position in captures", [(where.file, where.offset) for _, where in fetched])
    found += _doubled("run", runs)
    named = {(where.file, where.offset) for event, where in fetched if _brought_text(event)}
    kept = {(row["warc_file"], row["warc_offset"]) for row in rows}
    found += [f"captures names {place} as an article, articles does not hold it" for place in sorted(named - kept)]
    found += [f"articles holds {place}, captures does not name it" for place in sorted(kept - named)]
    for event, where in fetched:
        try:
            stored = warc.read(archive.warc, where)
        except warc.WarcDamage as damage:
            found.append(f"{event.requested_url}: {damage}")
            continue
        if stored.payload_digest != event.payload_digest:
            found.append(f"{event.requested_url}: the digest in captures is not the payload's")
    whole = {
        (record.position.file, record.position.offset)
        for segment in warc.segments(archive.warc)
        for record in warc.scan(archive.warc / segment, root=archive.warc)
        if isinstance(record, StoredResponse) and not is_redirect(record.status)
    }
    lost = whole - {(where.file, where.offset) for _, where in fetched}
    found += [f"the WARC holds {place}, captures does not name it" for place in sorted(lost)]
    writers = {event.run for event in events} | {row["run"] for row in rows}
    writers |= {warc.run_of(segment) for segment in warc.segments(archive.warc)}
    found += [f"run {run} has no row in runs" for run in sorted(str(run) for run in writers - set(runs))]
    locks = [path.name for path in (archive.root / "locks").glob("*") if path.name.startswith(("run-", ".run-"))]
    found += [f"a lock is left: {name}" for name in locks]
    return found


def _brought_text(event: Capture) -> bool:
    lesser = event.reason == "degraded" and event.revision is not None and event.detail is None
    return event.outcome in ("archived", "revised") or lesser


def _doubled(what: str, values: list[Any]) -> list[str]:
    return [f"{what} stands {count} times: {value}" for value, count in Counter(values).items() if count > 1]


def contents(archive: Archive) -> set[tuple[str, str]]:
    """Which revision of which address the archive holds."""
    table = archive.articles(all_revisions=True).to_table(["canonical_url", "revision"])
    return set(zip(table["canonical_url"].to_pylist(), table["revision"].to_pylist(), strict=True))


def make(folder: Path) -> Archive:
    """A new archive in ``folder``."""
    return Archive.create(folder / "archive")
