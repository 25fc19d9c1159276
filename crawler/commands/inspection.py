"""Why the extractor read a page as it did, printed field by field and block by block."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.text import Text

from crawler.terminal import clean
from pipelines.candidates import Choice
from pipelines.fields.date import Dates
from pipelines.fields.image import Image
from pipelines.process import Inspection
from pipelines.timestamps import Stamp
from storage.records import Article, Rejection, SiteRules

Value: TypeAlias = str | int | list[str] | dict[str, str | None] | None

WIDTH: Final = 80
_SHOWN: Final = 100
_WAYS: Final = {
    "blocks": "by weighing the page's blocks",
    "selector": "by the source's selectors",
    "json-ld": "in the page's linked data",
    "scripts": "in the page's scripts",
    "trafilatura": "by trafilatura",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field as it is printed: the winner's value and source, why it won, and the other candidates.

    ``raw`` is the text that a value without words of its own was read from: the offer behind ``access``.
    """

    name: str
    value: Value
    source: str | None
    why: str
    others: tuple[tuple[Value, str], ...]
    warnings: tuple[str, ...]
    raw: str | None = None


def fields(inspection: Inspection) -> list[Field]:
    """Every field's candidates with the winner, in the order of the record."""
    found = inspection.extraction
    if found is None:
        return []
    return [
        _field("title", found.title),
        _field("published", found.dates.published, warnings=found.dates.warnings),
        _field("modified", found.dates.modified),
        _field("description", found.description),
        _field("bullets", found.bullets),
        _field("authors", found.authors),
        _field("section", found.section),
        _field("tags", found.tags),
        _field("publisher", found.publisher),
        _field("kind", found.kind),
        _field("language", found.language),
        _field("image", found.image),
        _field("access", found.access, raw=found.access.winner.raw if found.access.winner else None),
    ]


def _field(name: str, choice: Choice[Any], *, warnings: tuple[str, ...] = (), raw: str | None = None) -> Field:
    winner = choice.winner
    return Field(
        name=name,
        value=_value(winner.value) if winner else None,
        source=winner.source if winner else None,
        why=choice.why,
        others=tuple((_value(other.value), other.source) for other in choice.candidates if other is not winner),
        warnings=tuple(dict.fromkeys((*choice.warnings, *warnings))),
        raw=raw,
    )


def _value(value: object) -> Value:
    if isinstance(value, tuple):
        return [str(part) for part in value]
    if isinstance(value, Stamp):
        return value.instant.isoformat() if value.instant else f"{value.day} {value.time or ''}".rstrip()
    return {"url": value.url, "caption": value.caption} if isinstance(value, Image) else str(value)


def placed(dates: Dates, rules: SiteRules | None) -> str:
    """Why the date stands on the clock that it stands on."""
    winner = dates.published.winner
    if winner is None:
        return "no date was found"
    stamp = winner.value
    if dates.date_published is None:
        return "only the day is told" if stamp.time is None else "the time has no zone: only the day is kept"
    if dates.utc_offset is None:
        return "known in UTC only, not on the publisher's clock"
    if stamp.offset == dates.utc_offset and not stamp.utc:
        return "the page states the zone"
    if rules is not None and rules.timezone is not None:
        return f"on the clock of the configured time zone {rules.timezone}"
    if "zone_from_domain" in dates.warnings:
        return "on the clock of the domain's country"
    return "on the clock that other times on the page show"


def _final(dates: Dates) -> str:
    if dates.day is None:
        return "none"
    if dates.date_published is None:
        return str(dates.day)
    offset = "offset unknown" if dates.utc_offset is None else f"offset {dates.utc_offset:+d} minutes"
    return f"{dates.day}, {dates.date_published.isoformat()}, {offset}"


def print_text(inspection: Inspection, out: Console, *, rules: SiteRules | None = None, full: bool = False) -> None:
    """Print the verdict, the fields, the paragraphs kept and the blocks dropped; whole texts where ``full``."""
    outcome = inspection.outcome
    if isinstance(outcome, Rejection):
        _say(
            out, f"rejected at {outcome.stage} as {outcome.reason}" + (f": {outcome.detail}" if outcome.detail else "")
        )
    else:
        warnings = f", warnings: {', '.join(outcome.warnings)}" if outcome.warnings else ""
        _say(out, f"article of {outcome.word_count} words{warnings}")
        _say(out, f"canonical address: {outcome.canonical_url}")
        if outcome.declared_canonical:
            _say(out, f"declared as a copy of: {outcome.declared_canonical}")
    for field in fields(inspection):
        out.print()
        out.print(Text.assemble((field.name, "bold"), f"  ({field.why})" if field.why else ""), soft_wrap=True)
        _print_field(field, out, full=full)
        if field.name == "published" and inspection.extraction is not None:
            dates = inspection.extraction.dates
            _say(out, f"= {_final(dates)}: {placed(dates, rules)}", indent=2)
    if inspection.extraction is None:
        return
    body = inspection.extraction.body
    out.print()
    out.print(Text(f"body: {len(body.paragraphs)} paragraphs kept, read {_WAYS[body.way]}", style="bold"))
    for paragraph in body.paragraphs:
        _say(out, _short(paragraph, full=full), "+ ", "green")
    out.print()
    out.print(Text(f"{len(body.dropped)} blocks dropped", style="bold"))
    for dropped in body.dropped:
        _say(out, f"{_short(dropped.text, full=full)}  [{dropped.reason}]", "- ", "red")


def _print_field(field: Field, out: Console, *, full: bool) -> None:
    if field.value is None:
        _say(out, "nothing found", indent=2)
    elif isinstance(field.value, list):
        for item in field.value:
            _say(out, item, "→ ", "green")
        _say(out, f"[{field.source}]", indent=2)
    elif isinstance(field.value, dict):
        _say(out, f"{field.value['url']}  [{field.source}]", "→ ", "green")
        _say(out, f"caption: {field.value['caption'] or 'none'}", indent=2)
    else:
        _say(out, f"{field.value}  [{field.source}]", "→ ", "green")
    if field.raw:
        _say(out, f"read from: {_short(field.raw, full=full)}", indent=2)
    for value, source in field.others:
        _say(out, f"{_short(_one_line(value), full=full)}  [{source}]", indent=2, style="dim")
    for warning in field.warnings:
        _say(out, f"! {warning}", indent=2)


def _say(out: Console, text: str, mark: str = "", style: str = "", indent: int = 0) -> None:
    """Print ``text`` after ``mark``, wrapped at words; further lines stand below the first one's text."""
    width = min(out.width, WIDTH)
    margin = len(mark) or indent
    for number, line in enumerate(_wrapped(clean(text), width - margin)):
        lead = Text(mark, style=style) if mark and not number else Text(" " * margin)
        out.print(Text.assemble(lead, Text(line, style="" if mark else style)), soft_wrap=True)


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Lines of at most ``width`` cells; an address is not broken, and text without spaces at any character."""
    line = ""
    for word in text.split():
        pieces = [word] if "://" in word else chop_cells(word, width)
        for number, piece in enumerate(pieces):
            space = " " if line and not number else ""
            if line and cell_len(line) + len(space) + cell_len(piece) > width:
                yield line
                line = piece
            else:
                line += space + piece
    yield line


def as_json(inspection: Inspection, *, rules: SiteRules | None = None) -> str:
    """The same as one JSON object; texts are whole and lists are lists."""
    outcome, extraction = inspection.outcome, inspection.extraction
    article = outcome if isinstance(outcome, Article) else None
    refusal = outcome if isinstance(outcome, Rejection) else None
    body = extraction.body if extraction else None
    return json.dumps(
        {
            "outcome": "article" if article else "rejection",
            "reason": refusal.reason if refusal else None,
            "detail": refusal.detail if refusal else None,
            "canonical_url": article.canonical_url if article else None,
            "declared_canonical": article.declared_canonical if article else None,
            "warnings": list(article.warnings) if article else [],
            "date": _dates(extraction.dates, rules) if extraction else None,
            "fields": {field.name: _as_dict(field) for field in fields(inspection)},
            "body": body.way if body else None,
            "paragraphs": list(body.paragraphs) if body else [],
            "dropped": [{"text": one.text, "reason": one.reason} for one in body.dropped] if body else [],
        },
        ensure_ascii=False,
        indent=2,
    )


def _dates(dates: Dates, rules: SiteRules | None) -> dict[str, Value]:
    return {
        "date": str(dates.day) if dates.day else None,
        "date_published": dates.date_published.isoformat() if dates.date_published else None,
        "date_modified": dates.date_modified.isoformat() if dates.date_modified else None,
        "utc_offset": dates.utc_offset,
        "date_source": dates.date_source,
        "date_raw": dates.date_raw,
        "placed": placed(dates, rules),
    }


def _as_dict(field: Field) -> dict[str, Value | list[dict[str, Value]]]:
    return {
        "value": field.value,
        "source": field.source,
        "why": field.why,
        "raw": field.raw,
        "others": [{"value": value, "source": source} for value, source in field.others],
        "warnings": list(field.warnings),
    }


def _one_line(value: Value) -> str:
    if isinstance(value, list):
        return " | ".join(value)
    return str(value["url"]) if isinstance(value, dict) else str(value)


def _short(text: str, *, full: bool) -> str:
    one_line = " ".join(text.split())
    return one_line if full or len(one_line) <= _SHOWN else f"{one_line[: _SHOWN - 1]}…"
