"""``broadsheet inspect``: why the extractor read a page as it did, field by field and block by block."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from protego import Protego
from rich.console import Console
from rich.text import Text

from crawler.commands import show
from crawler.terminal import clean
from pipelines.candidates import Choice
from pipelines.decoding import Decoded, DecodeFailure, decode_content
from pipelines.fields.image import Image
from pipelines.pages import page_of
from pipelines.process import Inspection
from pipelines.timestamps import Stamp
from storage import warc
from storage.archive import Archive
from storage.errors import ArchiveError
from storage.records import Article, Page, Rejection, SiteRules
from storage.recovery import position

LIMIT = 20_000_000
TIMEOUT = 30.0
TOKEN = "Broadsheet"
_SHOWN = 100


class NotToBeHad(ArchiveError):
    """The page that was to be inspected cannot be had; the message says why."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field as it is printed: the winner's value and source, why it won, and the other candidates."""

    name: str
    value: str | None
    source: str | None
    why: str
    others: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


def from_file(path: Path, *, url: str | None, site: SiteRules | None) -> Page:
    """The page that a saved HTML file holds; ``url`` is where it came from."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise NotToBeHad(f"{path} cannot be read: {error.strerror}") from error
    decoded = decode_content(body, "gzip", limit=LIMIT) if body.startswith(b"\x1f\x8b") else Decoded(body=body)
    if isinstance(decoded, DecodeFailure):
        raise NotToBeHad(f"{path} cannot be unpacked: {decoded.reason}")
    address = url or "http://unknown.invalid/"
    return Page(url=address, body=decoded.body, fetched_at=dt.datetime.now(dt.UTC), site=site)


def from_archive(archive: Archive, url: str, *, site: SiteRules | None) -> Page | Rejection | None:
    """The page that the archive's WARC holds for ``url``, or None where it holds none."""
    event = show.last_event(archive, url)
    where = position(event) if event is not None else None
    if where is None:
        return None
    page = page_of(warc.read(archive.warc, where))
    if isinstance(page, Page) and site is not None:
        return _with_rules(page, site)
    return page


def from_web(url: str, *, agent: str, site: SiteRules | None) -> Page:
    """Ask the site for ``url``, once, where its robots.txt allows it; the environment's proxy is used."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    try:
        robots = _get(f"{origin}/robots.txt", agent).body
    except urllib.error.HTTPError as error:
        if error.code >= 500:
            raise NotToBeHad(f"{origin}/robots.txt answers {error.code}: the site is not to be asked now") from error
        robots = b""
    except (OSError, ValueError) as error:
        raise NotToBeHad(f"{origin} cannot be asked: {_why(error)}") from error
    if not Protego.parse(robots.decode("utf-8", "replace")).can_fetch(url, TOKEN):
        raise NotToBeHad(f"{origin}/robots.txt disallows {url}; save the page yourself and inspect the file")
    try:
        page = _get(url, agent)
    except urllib.error.HTTPError as error:
        raise NotToBeHad(f"{url} answers {error.code}") from error
    except (OSError, ValueError) as error:
        raise NotToBeHad(f"{url} cannot be had: {_why(error)}") from error
    return _with_rules(page, site) if site is not None else page


def _why(error: Exception) -> str:
    return str(error.reason) if isinstance(error, urllib.error.URLError) else str(error)


def _get(url: str, agent: str) -> Page:
    request = urllib.request.Request(url, headers={"User-Agent": agent, "Accept-Encoding": "gzip, deflate, br"})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        payload = answer.read(LIMIT + 1)
        headers = tuple(answer.headers.items())
        decoded = decode_content(payload[:LIMIT], answer.headers.get("Content-Encoding"), limit=LIMIT)
        if isinstance(decoded, DecodeFailure):
            raise OSError(f"the answer cannot be decoded: {decoded.reason}")
        return Page(
            url=answer.url,
            body=decoded.body,
            fetched_at=dt.datetime.now(dt.UTC),
            status=answer.status,
            headers=headers,
            requested_url=url,
            truncated="length" if len(payload) > LIMIT else None,
        )


def _with_rules(page: Page, site: SiteRules) -> Page:
    return dataclasses.replace(page, site=site)


def fields(inspection: Inspection) -> list[Field]:
    """Every field's candidates with the winner, in the order of the record."""
    extraction = inspection.extraction
    if extraction is None:
        return []
    choices: Sequence[tuple[str, Choice[Any]]] = [
        ("title", extraction.title),
        ("published", extraction.dates.published),
        ("modified", extraction.dates.modified),
        ("description", extraction.description),
        ("bullets", extraction.bullets),
        ("authors", extraction.authors),
        ("section", extraction.section),
        ("tags", extraction.tags),
        ("publisher", extraction.publisher),
        ("kind", extraction.kind),
        ("language", extraction.language),
        ("image", extraction.image),
        ("access", extraction.access),
    ]
    return [_field(name, choice) for name, choice in choices]


def _field(name: str, choice: Choice[Any]) -> Field:
    winner = choice.winner
    return Field(
        name=name,
        value=_plain(winner.value) if winner else None,
        source=winner.source if winner else None,
        why=choice.why,
        others=tuple((_plain(other.value), other.source) for other in choice.candidates if other is not winner),
        warnings=choice.warnings,
    )


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return " | ".join(_plain(part) for part in value)
    if isinstance(value, Stamp):
        return value.instant.isoformat() if value.instant else f"{value.day} {value.time or ''}".rstrip()
    return value.url if isinstance(value, Image) else str(value)


def print_text(inspection: Inspection, out: Console) -> None:
    """Print the verdict, the fields, the paragraphs kept and the blocks dropped."""
    outcome = inspection.outcome
    if isinstance(outcome, Rejection):
        detail = f": {clean(outcome.detail)}" if outcome.detail else ""
        out.print(f"rejected at {outcome.stage} as {outcome.reason}{detail}", soft_wrap=True)
    else:
        warnings = f", warnings: {', '.join(outcome.warnings)}" if outcome.warnings else ""
        out.print(f"article of {outcome.word_count} words{warnings}", soft_wrap=True)
    for field in fields(inspection):
        out.print()
        out.print(Text.assemble((field.name, "bold"), f"  ({field.why})" if field.why else ""))
        if field.value is None:
            out.print("  nothing found")
        else:
            out.print(Text.assemble(("→ ", "green"), f"{clean(field.value)}  [{field.source}]"), soft_wrap=True)
        for value, source in field.others:
            out.print(Text(f"  {_short(value)}  [{source}]", style="dim"), soft_wrap=True)
        for warning in field.warnings:
            out.print(f"  ! {warning}")
    if inspection.extraction is None:
        return
    body = inspection.extraction.body
    out.print()
    out.print(Text(f"body: {len(body.paragraphs)} paragraphs kept", style="bold"))
    for paragraph in body.paragraphs:
        out.print(Text.assemble(("+ ", "green"), _short(paragraph)), soft_wrap=True)
    out.print()
    out.print(Text(f"{len(body.dropped)} blocks dropped", style="bold"))
    for dropped in body.dropped:
        out.print(Text.assemble(("- ", "red"), f"{_short(dropped.text)}  [{dropped.reason}]"), soft_wrap=True)


def as_json(inspection: Inspection) -> str:
    """The same as one JSON object."""
    outcome = inspection.outcome
    body = inspection.extraction.body if inspection.extraction else None
    return json.dumps(
        {
            "outcome": "article" if isinstance(outcome, Article) else "rejection",
            "reason": outcome.reason if isinstance(outcome, Rejection) else None,
            "detail": outcome.detail if isinstance(outcome, Rejection) else None,
            "warnings": list(outcome.warnings) if isinstance(outcome, Article) else [],
            "fields": {field.name: _as_dict(field) for field in fields(inspection)},
            "paragraphs": list(body.paragraphs) if body else [],
            "dropped": list(_dropped(inspection)),
        },
        ensure_ascii=False,
        indent=2,
    )


def _as_dict(field: Field) -> dict[str, object]:
    others = [{"value": value, "source": source} for value, source in field.others]
    return {
        "value": field.value,
        "source": field.source,
        "why": field.why,
        "others": others,
        "warnings": list(field.warnings),
    }


def _dropped(inspection: Inspection) -> Iterator[dict[str, str]]:
    if inspection.extraction is not None:
        for dropped in inspection.extraction.body.dropped:
            yield {"text": dropped.text, "reason": dropped.reason}


def _short(text: str) -> str:
    one_line = clean(" ".join(text.split()))
    return one_line if len(one_line) <= _SHOWN else f"{one_line[: _SHOWN - 1]}…"
