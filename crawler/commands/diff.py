"""``broadsheet diff``: what a publisher changed in an article, by word, between two of its revisions."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import pyarrow.compute as pc
from rich.text import Text

from crawler.commands.show import find
from crawler.terminal import clean
from pipelines.verdicts import REPLACES_TWIN
from storage.archive import Archive
from storage.records import Article
from storage.rows import DEGRADED
from storage.schema import articles_from_arrow

Change = Literal["same", "removed", "added"]
_STYLES = {"same": "", "removed": "red strike", "added": "green"}
_MARKS = {"same": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}
_PARAGRAPH = re.compile(r"\n\n|(?:(?!\n\n).)+", re.DOTALL)
_WORD = re.compile(r"\n\n|\w+\s?|[^\w\s]\s?|\s")
# Words kept on either side of a change; what lies between is left out.
_CONTEXT = 12
_FIELDS = ("title", "bullets", "body", "date_published", "date_modified")


class DiffError(ValueError):
    """The comparison that was asked for cannot be made; the message says what to ask for instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of a field that stayed, went or came."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDiff:
    """What changed in one field, in reading order; only fields that differ have one."""

    field: str
    parts: tuple[Part, ...]


def revisions(archive: Archive, url: str) -> list[Article]:
    """Every revision of the article behind ``url``, by whatever address it was met, the oldest first.

    Raises:
        DiffError: the archive knows no article there.
    """
    article, _ = find(archive, url)
    if article is None:
        raise DiffError(f"{url} is no article of this archive; `broadsheet show {url}` says what became of it")
    rows = archive.articles(all_revisions=True).to_table(filter=pc.field("id") == article.id)
    return sorted(articles_from_arrow(rows), key=lambda one: one.row)


def choose(found: Sequence[Article], old: str | None, new: str | None) -> tuple[Article, Article]:
    """The two revisions to compare: those named by number or by hash, else the last edit, else what there is.

    Raises:
        DiffError: there is only one revision, or none of that name.
    """
    if len(found) < 2:
        raise DiffError(
            f"there is one revision only, of {found[0].date_crawled:%Y-%m-%d %H:%M} UTC: nothing to compare"
        )
    whole = [one for one in found if DEGRADED not in one.warnings]
    last = whole if len(whole) > 1 else list(found)
    later = named(found, new) if new is not None else last[-1]
    if old is not None:
        return named(found, old), later
    earlier = [one for one in last if one.row < later.row]
    if not earlier:
        raise DiffError("there is no earlier revision; name another with --rev B")
    return earlier[-1], later


def named(found: Sequence[Article], name: str) -> Article:
    """The revision with that number (1 is the oldest, -1 the newest) or with a hash that begins so."""
    if re.fullmatch(r"-?\d{1,6}", name) and 0 < abs(int(name)) <= len(found):
        number = int(name)
        return found[number - 1 if number > 0 else number]
    fitting = [one for one in found if one.revision.startswith(name.lower())] if len(name) >= 4 else []
    if len({one.revision for one in fitting}) == 1:
        return fitting[-1]
    several = "several revisions begin with" if fitting else "there is no revision"
    raise DiffError(f"{several} {name!r}; name one by its number, 1 to {len(found)}, or by its hash")


def compare(old: Article, new: Article) -> list[FieldDiff]:
    """The fields that differ, each by word."""
    found = []
    for field in _FIELDS:
        before, after = _text(old, field), _text(new, field)
        if before != after:
            found.append(FieldDiff(field=field, parts=tuple(_parts(before, after))))
    return found


def _text(article: Article, field: str) -> str:
    match field:
        case "title":
            return article.title
        case "bullets":
            return "\n\n".join(f"• {bullet}" for bullet in article.bullets)
        case "body":
            return article.body
        case "date_published":
            day = article.date.isoformat() if article.date else ""
            return article.date_published.isoformat() if article.date_published else day
        case _:
            return article.date_modified.isoformat() if article.date_modified else ""


def _parts(before: str, after: str) -> list[Part]:
    if re.fullmatch(r"[\dT:+.\-]*", before + after):
        return [Part(change=change, text=text) for change, text in _either(before, after) if text]
    # Paragraphs first: word by word, a long live blog takes the square of its length.
    parts: list[Part] = []
    for kept, old, new in _aligned(_PARAGRAPH.findall(before), _PARAGRAPH.findall(after)):
        if kept:
            parts.append(Part(change="same", text=old))
            continue
        for same, gone, come in _aligned(_WORD.findall(old), _WORD.findall(new)):
            pairs: list[tuple[Change, str]] = [("same", gone)] if same else _either(gone, come)
            parts += [Part(change=change, text=text) for change, text in pairs if text]
    return parts


def _aligned(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, str, str]]:
    """Stretches of two sequences: whether they are the same, and the text of either."""
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield tag == "equal", "".join(old[i:j]), "".join(new[k:m])


def _either(before: str, after: str) -> list[tuple[Change, str]]:
    return [("removed", before), ("added", after)]


def listing(found: Sequence[Article]) -> list[str]:
    """A line for each revision: its number, when it was fetched, its hash, its words, and what is to be known of it."""
    notes = {DEGRADED: "degraded: cut short or behind a wall", REPLACES_TWIN: "replaces an AMP or print version"}
    lines = []
    for number, one in enumerate(found, 1):
        told = [note for code, note in notes.items() if code in one.warnings]
        when, words = f"{one.date_crawled:%Y-%m-%d %H:%M:%S} UTC", f"{one.word_count:>5} words"
        note = f"  ({'; '.join(told)})" if told else ""
        lines.append(f"{number:>3}  {when}  {clean(one.revision)[:12]}  {words}  {clean(one.title)[:60]}{note}")
    return lines


def as_text(found: Sequence[FieldDiff], *, color: bool) -> list[Text]:
    """The changes as a person reads them: in colour, or with ``[-…-]`` and ``{+…+}`` around what went and came."""
    lines = []
    for diff in found:
        lines.append(Text(diff.field.replace("_", " "), style="bold"))
        text = Text()
        for number, part in enumerate(diff.parts):
            shown = clean(part.text, keep_newlines=True)
            if part.change == "same":
                shown = _shortened(shown, first=number == 0, last=number == len(diff.parts) - 1)
            opening, closing = ("", "") if color else _MARKS[part.change]
            text.append(f"{opening}{shown}{closing}", style=_STYLES[part.change] if color else "")
        lines += [text, Text()]
    return lines


def _shortened(text: str, *, first: bool, last: bool) -> str:
    words = _WORD.findall(text)
    if len(words) <= 4 * _CONTEXT:
        return text
    head = "" if first else "".join(words[: 2 * _CONTEXT])
    tail = "" if last else "".join(words[-2 * _CONTEXT :])
    return f"{head} … {tail}"


def as_json(found: Sequence[Article], old: Article, new: Article, changes: Sequence[FieldDiff]) -> str:
    """Revisions and changes as one JSON object."""

    def about(one: Article) -> dict[str, object]:
        warnings = [code for code in one.warnings if code in (DEGRADED, REPLACES_TWIN)]
        return {
            "number": list(found).index(one) + 1,
            "revision": one.revision,
            "fetched_at": one.date_crawled.isoformat(),
            "extractor": one.extractor,
            "title": one.title,
            "warnings": warnings,
        }

    whole = {
        "id": new.id,
        "url": new.canonical_url,
        "revisions": [about(one) for one in found],
        "old": about(old),
        "new": about(new),
        "changes": [asdict(change) for change in changes],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2)
