"""What the log knows of a capture beside the bytes, as one line of ASCII JSON.

The line stands in the ``WARC-JSON-Metadata`` header, which other programs use too: ours is the value of the key
``broadsheet`` there. Keys that a later version adds are ignored, and what is null or empty is left out.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Final, TypeVar, get_args

from storage.records import Announcement, CaptureKind, EntranceKind, SiteRules, WarcPosition
from storage.warc.exchange import CaptureInfo, Headers
from storage.warc.headers import without_userinfo

_OURS: Final = "broadsheet"

Word = TypeVar("Word", bound=str)
Json = str | int | list[str] | dict[str, "Json"] | None


class MetadataError(ValueError):
    """The header's text is not capture metadata as this module writes it; the message says where."""


def to_header(
    info: CaptureInfo, *, answer: tuple[int, Headers] | None = None, original: WarcPosition | None = None
) -> str:
    """One line of printable ASCII. Userinfo is taken out of the URLs; nothing else is changed.

    ``answer``, status and headers, is that of the response which a ``conversion`` record was made from; ``original``
    is where the response stands that a ``revisit`` record stands for.
    """
    rules = None if info.rules == SiteRules(name=info.source) else info.rules
    fields: dict[str, Json] = {
        "kind": info.kind,
        "source": info.source,
        "requested_url": without_userinfo(info.requested_url),
        "announcement": None if info.announcement is None else _announcement_fields(info.announcement),
        "rules": None if rules is None else _rules_fields(rules),
        "rights": list(info.rights),
        "id": info.id,
        "batch": info.batch,
        "render": 1 if info.render else None,
        "origin": info.origin,
    }
    if answer is not None:
        fields["answer"] = {"status": answer[0], "headers": [f"{name}: {value}" for name, value in answer[1]]}
    if original is not None:
        fields["original"] = {"file": original.file, "offset": original.offset, "length": original.length}
    text = json.dumps({_OURS: _filled(fields)}, ensure_ascii=True, separators=(",", ":"))
    return text.replace("\x7f", "\\u007f")


def from_header(text: str) -> CaptureInfo | None:
    """The metadata in a ``WARC-JSON-Metadata`` value; None where another program wrote it.

    Raises :class:`MetadataError` where it is ours and broken.
    """
    try:
        whole: object = json.loads(text)
    except (ValueError, RecursionError):
        if f'"{_OURS}"' in text:
            raise MetadataError("not JSON") from None
        return None
    if not isinstance(whole, dict) or _OURS not in whole:
        return None
    fields = _Fields(whole).table(_OURS)
    announcement, rules = fields.table_or_none("announcement"), fields.table_or_none("rules")
    return CaptureInfo(
        kind=_capture_kind(fields.text("kind")),
        source=fields.text("source"),
        requested_url=fields.text("requested_url"),
        announcement=None if announcement is None else _announcement(announcement),
        rules=None if rules is None else _rules(rules),
        rights=fields.texts("rights"),
        id=fields.text_or_none("id"),
        batch=fields.number_or_none("batch"),
        render=bool(fields.number_or_none("render")),
        origin=fields.text_or_none("origin"),
    )


def original_of(text: str) -> WarcPosition | None:
    """Where the response stands that a ``revisit`` record stands for; None where it is not one of ours.

    Raises :class:`MetadataError` where it is ours and broken.
    """
    whole: object = json.loads(text) if from_header(text) is not None else None
    if not isinstance(whole, dict):
        return None
    place = _Fields(whole).table(_OURS).table_or_none("original")
    if place is None:
        return None
    offset, length = place.number_or_none("offset"), place.number_or_none("length")
    if offset is None or length is None:
        raise MetadataError("original names no place")
    return WarcPosition(file=place.text("file"), offset=offset, length=length)


def answer_of(text: str) -> tuple[int, Headers] | None:
    """Status and headers of the answer that a ``conversion`` record was made from; None where it is not one of ours.

    Raises :class:`MetadataError` where it is ours and broken.
    """
    if from_header(text) is None:
        return None
    answer = _Fields(json.loads(text)).table(_OURS).table_or_none("answer")
    if answer is None:
        return None
    lines = (line.partition(": ") for line in answer.texts("headers"))
    return answer.number_or_none("status") or 0, tuple((name, value) for name, _, value in lines)


def _announcement_fields(announcement: Announcement) -> dict[str, Json]:
    return _filled(
        {
            "entrance": without_userinfo(announcement.entrance),
            "kind": announcement.kind,
            "seen_at": announcement.seen_at.isoformat(),
            "title": announcement.title,
            "date": None if announcement.date is None else announcement.date.isoformat(),
            "date_raw": announcement.date_raw,
            "modified": None if announcement.modified is None else announcement.modified.isoformat(),
            "language": announcement.language,
        }
    )


def _announcement(fields: _Fields) -> Announcement:
    seen_at = fields.instant_or_none("seen_at")
    if seen_at is None:
        raise MetadataError("seen_at is missing")
    return Announcement(
        entrance=fields.text("entrance"),
        kind=_entrance_kind(fields.text("kind")),
        seen_at=seen_at,
        title=fields.text_or_none("title"),
        date=fields.instant_or_none("date"),
        date_raw=fields.text_or_none("date_raw"),
        modified=fields.instant_or_none("modified"),
        language=fields.text_or_none("language"),
    )


def _rules_fields(rules: SiteRules) -> dict[str, Json]:
    return _filled(
        {
            "name": rules.name,
            "timezone": rules.timezone,
            "language": rules.language,
            "title": list(rules.title),
            "date": list(rules.date),
            "bullets": list(rules.bullets),
            "body": list(rules.body),
            "remove": list(rules.remove),
            "valid_until": rules.valid_until.isoformat() if rules.valid_until else None,
        }
    )


def _rules(fields: _Fields) -> SiteRules:
    return SiteRules(
        name=fields.text("name"),
        timezone=fields.text_or_none("timezone"),
        language=fields.text_or_none("language"),
        title=fields.texts("title"),
        date=fields.texts("date"),
        bullets=fields.texts("bullets"),
        body=fields.texts("body"),
        remove=fields.texts("remove"),
        valid_until=fields.day_or_none("valid_until"),
    )


def _filled(fields: dict[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in fields.items() if value is not None and value != []}


def _capture_kind(text: str) -> CaptureKind:
    return _one_of(text, get_args(CaptureKind))


def _entrance_kind(text: str) -> EntranceKind:
    return _one_of(text, get_args(EntranceKind))


def _one_of(text: str, words: tuple[Word, ...]) -> Word:
    for word in words:
        if text == word:
            return word
    raise MetadataError(f"{text[:40]!r} is none of {', '.join(words)}")


class _Fields:
    """A JSON object whose members are asked for by name and type."""

    def __init__(self, members: Mapping[str, object]) -> None:
        self._members = members

    def text_or_none(self, name: str) -> str | None:
        value = self._members.get(name)
        if value is None or isinstance(value, str):
            return value
        raise MetadataError(f"{name} is not text")

    def day_or_none(self, name: str) -> dt.date | None:
        value = self.text_or_none(name)
        try:
            return dt.date.fromisoformat(value) if value is not None else None
        except ValueError:
            raise MetadataError(f"{name} is no day") from None

    def text(self, name: str) -> str:
        value = self.text_or_none(name)
        if value is None:
            raise MetadataError(f"{name} is missing")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._members.get(name, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise MetadataError(f"{name} is not a list of texts")

    def number_or_none(self, name: str) -> int | None:
        value = self._members.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise MetadataError(f"{name} is not a whole number")

    def instant_or_none(self, name: str) -> dt.datetime | None:
        text = self.text_or_none(name)
        if text is None:
            return None
        try:
            return dt.datetime.fromisoformat(text)
        except ValueError:
            raise MetadataError(f"{name} is not a date and time") from None

    def table_or_none(self, name: str) -> _Fields | None:
        value = self._members.get(name)
        if value is None:
            return None
        if isinstance(value, dict):
            return _Fields(value)
        raise MetadataError(f"{name} is not an object")

    def table(self, name: str) -> _Fields:
        value = self.table_or_none(name)
        if value is None:
            raise MetadataError(f"{name} is missing")
        return value
