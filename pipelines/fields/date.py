"""When an article was published and when it was changed: instants where the page tells them, the day always."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines import clocks, countries, guesses, stated_dates, timestamps, visible_dates
from pipelines.candidates import Candidate, Choice
from pipelines.document import Document
from pipelines.fields import language as languages
from pipelines.stated_dates import Reader
from pipelines.timestamps import Stamp
from pipelines.urls import host
from storage.records import DateSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """What ``choose`` found: the two choices and the columns of the record that follow from them."""

    published: Choice[Stamp]
    modified: Choice[Stamp]
    day: dt.date | None = None
    date_published: dt.datetime | None = None
    date_modified: dt.datetime | None = None
    utc_offset: int | None = None
    date_raw: str | None = None
    date_source: DateSource | None = None
    warnings: tuple[str, ...] = ()


def choose(document: Document) -> Dates:
    """The dates of ``document``; instants in UTC, ``day`` on the publisher's own clock.

    Statements for machines come first (linked data, meta, microdata), then what stands visibly near the headline,
    then what the entrance announced, the address, and at last a search of the whole page.
    """
    page = document.page
    language = _language(document)
    order = stated_dates.day_first(language, host(page.url))
    latest = (page.fetched_at + dt.timedelta(days=1)).date()
    reader = Reader(language=language, day_first=order, latest=latest)
    warnings: list[str] = []

    stated = [
        Candidate(value=s, source=source, raw=s.raw) for source, s in stated_dates.stated(document, reader, warnings)
    ]
    changed = [Candidate(value=s, source=source, raw=s.raw) for source, s in stated_dates.changed(document, reader)]
    address = timestamps.from_url(page.url)
    times = (
        list(stated_dates.times(document.elements)) if not stated or stated_dates.needs_clock(stated[0].value) else []
    )
    configured = bool(stated) and stated[0].source == "selector"
    published = _elect(stated, None if configured else address)
    found = list(stated)
    if published is not None and _vague(published):
        published = _doubted(published, document, reader, found)
    if published is None:
        published, more, updates = _unstated(document, reader, address, warnings)
        found += more
        changed += updates
    elif address is not None:
        found.append(Candidate(value=address, source="url", raw=address.raw))

    modified = changed[0] if changed else None
    choice = Choice(field="date", winner=published, candidates=tuple(found), why=_why(published, found))
    if published is None:
        modified_choice = Choice(field="modified", winner=modified, candidates=tuple(changed), why="first")
        moment = (
            _placed(modified.value, [], page.site.timezone if page.site else None, page.url).instant
            if modified
            else None
        )
        return Dates(published=choice, modified=modified_choice, date_modified=moment, warnings=(*warnings, "no_date"))
    return _dates(document, choice, changed, [*(c.value for c in (*found, *changed)), *times], warnings)


def _language(document: Document) -> str | None:
    candidates = languages.declared(document)
    return candidates[0].value if candidates else None


# --- which one ------------------------------------------------------------------------------------------------------


# A content system that imports old articles stamps them anew; an address keeps the first day.
_RESTAMPED = 7


def _elect(stated: Sequence[Candidate[Stamp]], address: Stamp | None) -> Candidate[Stamp] | None:
    """The first statement, or one of the same day that knows more of the time."""
    if not stated:
        return None
    first = stated[0]
    if address is not None and (first.value.day - address.day).days > 1:
        older = next((c for c in stated if abs((c.value.day - address.day).days) <= 1), None)
        if older is not None:
            first = older
        elif (first.value.day - address.day).days > _RESTAMPED:
            return Candidate(value=address, source="url", raw=address.raw)
    if first.value.instant is not None:
        return first
    same = [c for c in stated if c.value.day == first.value.day and c.value.time is not None]
    aware = [c for c in same if c.value.instant is not None]
    if first.value.time is None:
        return next(iter(aware), next(iter(same), first))
    return next((c for c in aware if c.value.local == first.value.local), first)


# Comments and related articles are weighed below this, a footer of the article is not.
_FOREIGN = -4.0
_VAGUE = frozenset(("date", "dcdate", "dctermsdate", "docdate", "pagerender"))


def _vague(candidate: Candidate[Stamp]) -> bool:
    """Whether a statement dates the page without saying what happened then: many systems write the last change."""
    kind, _, name = candidate.source.partition(":")
    return kind == "meta" and stated_dates.folded(name) in _VAGUE


def _doubted(
    vague: Candidate[Stamp], document: Document, read: Reader, found: list[Candidate[Stamp]]
) -> Candidate[Stamp]:
    """``vague``, or the earlier day that the page shows as its own: nothing is changed before it is published."""
    shown = [s for s in _sightings(document, read) if s.score >= visible_dates.TRUSTED]
    if not shown or any(s.stamp.day >= vague.value.day for s in shown if not s.modified):
        return vague
    best = next((s for s in shown if not s.modified), shown[0])
    if best.stamp.day >= vague.value.day:
        return vague
    candidate = Candidate(value=best.stamp, source=best.source, raw=best.stamp.raw)
    found.append(candidate)
    return candidate


def _sightings(document: Document, read: Reader) -> list[visible_dates.Sighting]:
    return visible_dates.collect(
        document.tree,
        headline=document.headline,
        language=read.language,
        day_first=read.day_first,
        today=document.page.fetched_at.date(),
    )


def _unstated(
    document: Document, read: Reader, address: Stamp | None, warnings: list[str]
) -> tuple[Candidate[Stamp] | None, list[Candidate[Stamp]], list[Candidate[Stamp]]]:
    """The winner among what is not stated for machines, all of it, and the visible dates of changes."""
    page = document.page
    headline = document.headline
    sightings = _sightings(document, read)
    seen = [Candidate(value=s.stamp, source=s.source, raw=s.stamp.raw) for s in sightings if not s.modified]
    updates = [
        Candidate(value=s.stamp, source=s.source, raw=s.stamp.raw)
        for s in sightings
        if s.modified and s.score >= visible_dates.TRUSTED
    ]
    trusted = [s for s in sightings if s.score >= visible_dates.TRUSTED]
    found: list[Candidate[Stamp]] = seen[:10]
    if address is not None:
        entry = Candidate(value=address, source="url", raw=address.raw)
        found.append(entry)
        agreeing = next((c for c in seen if c.value.day == address.day and c.value.time is not None), None)
        return agreeing or entry, found, updates
    best = next((s for s in trusted if not s.modified), None)
    if best is not None:
        return Candidate(value=best.stamp, source=best.source, raw=best.stamp.raw), found, updates
    announcement = page.announcement
    if announcement is not None and announcement.date is not None:
        stamp = clocks.of_datetime(announcement.date, announcement.date_raw)
        if stamp is not None:
            warnings.append("date_from_entrance")
            source = "feed" if announcement.kind == "feed" else "sitemap"
            entry = Candidate(value=stamp, source=source, raw=stamp.raw)
            return entry, [*found, entry], updates
    for stamp in guesses.in_scripts(document.tree, read.latest):
        entry = Candidate(value=stamp, source="meta:script", raw=stamp.raw)
        return entry, [*found, entry], updates
    labelled = [s for s in sightings if s.labelled and s.score > _FOREIGN]
    if len({s.stamp.day for s in labelled}) == 1:
        only = labelled[0]
        return Candidate(value=only.stamp, source=only.source, raw=only.stamp.raw), found, updates
    likely = next((s for s in sightings if not s.modified and s.score >= visible_dates.LIKELY), None)
    if likely is not None:
        warnings.append("date_guessed")
        return Candidate(value=likely.stamp, source=likely.source, raw=likely.stamp.raw), found, updates
    for stamp in guesses.relative(document.tree, headline, read.language, page.fetched_at):
        entry = Candidate(value=stamp, source="text", raw=stamp.raw)
        return entry, [*found, entry], updates
    if trusted:
        # Only a change is dated; that is the one date the reader sees.
        change = trusted[0]
        warnings.append("date_guessed")
        return Candidate(value=change.stamp, source=change.source, raw=change.stamp.raw), found, updates
    for stamp in stated_dates.in_description(document, read):
        warnings.append("date_guessed")
        entry = Candidate(value=stamp, source="meta:description", raw=stamp.raw)
        return entry, [*found, entry], updates
    guess = guesses.search(document, read.latest)
    if guess is not None and all(guess.day != stamp.day for _, stamp in stated_dates.changed(document, read)):
        warnings.append("date_guessed")
        entry = Candidate(value=guess, source="text", raw=guess.raw or None)
        return entry, [*found, entry], updates
    return None, found, updates


def _why(winner: Candidate[Stamp] | None, found: Sequence[Candidate[Stamp]]) -> str:
    if winner is None:
        return ""
    agreeing = sum(1 for c in found if c is not winner and c.value.day == winner.value.day)
    return f"agrees with {agreeing} more" if agreeing else "first"


# --- the columns ----------------------------------------------------------------------------------------------------


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _placed(stamp: Stamp, others: Iterable[Stamp], timezone: str | None, url: str) -> Stamp:
    """``stamp`` on the publisher's clock: the configured zone's, or the one that other stamps betray.

    What they betray is not believed against the day in the address or the clocks of the domain's country.
    """
    zone = _zone(timezone)
    if zone is not None:
        if stamp.instant is None:
            return stamp.placed(zone)
        if stamp.utc:
            delta = stamp.instant.astimezone(zone).utcoffset()
            return stamp.on_clock(int(delta.total_seconds() // 60)) if delta is not None else stamp
        return stamp
    settled = clocks.settle(stamp, list(others))
    if settled.offset in (None, stamp.offset):
        return settled
    address = timestamps.from_url(url)
    if address is not None and stamp.day == address.day != settled.day:
        return stamp
    return settled if _is_kept(settled, countries.zones(host(url))) else stamp


def _is_kept(stamp: Stamp, zones: Sequence[ZoneInfo]) -> bool:
    """Whether ``stamp`` shows a clock between the outermost of ``zones``; True where there are none."""
    instant = stamp.instant
    if not zones or instant is None or stamp.offset is None or stamp.utc:
        return True
    deltas = [delta for zone in zones if (delta := instant.astimezone(zone).utcoffset()) is not None]
    return not deltas or min(deltas) <= dt.timedelta(minutes=stamp.offset) <= max(deltas)


def _dates(
    document: Document,
    choice: Choice[Stamp],
    changed: Sequence[Candidate[Stamp]],
    stamps: Sequence[Stamp],
    warnings: list[str],
) -> Dates:
    page = document.page
    assert choice.winner is not None
    timezone = page.site.timezone if page.site else None
    stamp = _placed(choice.winner.value, stamps, timezone, page.url)
    if stamp.time is not None and stamp.offset is None:
        warnings.append("naive_time")
    local_day: dt.date | None = None
    if stamp.utc:
        stamp, local_day = _by_country(stamp, host(page.url))
        warnings.append("zone_from_domain" if local_day is not None else "day_utc")
    if stamp.day > (page.fetched_at + dt.timedelta(days=1)).date():
        warnings.append("future_date")
    day = local_day or stamp.day
    if local_day is None and stamp.utc and (local := _local_day(stamp, timestamps.from_url(page.url))) is not None:
        day = local
        warnings.remove("day_utc")
    instant = stamp.instant
    changes = [(candidate, _placed(candidate.value, stamps, timezone, page.url)) for candidate in changed]
    last = next((pair for pair in changes if pair[1].instant is not None), changes[0] if changes else None)
    moment = last[1].instant if last else None
    if instant is not None and moment is not None and moment < instant - dt.timedelta(days=1):
        warnings.append("modified_before_published")
    return Dates(
        published=choice,
        modified=Choice(field="modified", winner=last[0] if last else None, candidates=tuple(changed), why="first"),
        day=day,
        date_published=_on_clock(instant, stamp),
        date_modified=moment,
        utc_offset=None if stamp.utc or instant is None else stamp.offset,
        date_raw=stamp.raw or None,
        date_source=_source(choice.winner.source),
        warnings=tuple(dict.fromkeys(warnings)),
    )


_SOURCES: dict[str, DateSource] = {
    "json-ld": "json-ld",
    "meta": "meta",
    "microdata": "microdata",
    "time": "time",
    "url": "url",
    "feed": "feed",
    "sitemap": "sitemap",
}


def _source(source: str) -> DateSource:
    return _SOURCES.get(source.partition(":")[0], "text")


def _on_clock(instant: dt.datetime | None, stamp: Stamp) -> dt.datetime | None:
    """``instant`` as the publisher's clock shows it, where its offset is known: the same moment, told in its zone."""
    if instant is None or stamp.offset is None or stamp.utc:
        return instant
    try:
        return instant.astimezone(dt.timezone(dt.timedelta(minutes=stamp.offset)))
    except OverflowError:
        return instant


def _by_country(stamp: Stamp, name: str) -> tuple[Stamp, dt.date | None]:
    """A ``stamp`` known in UTC on the clock of the country whose domain the host ``name`` bears, and the day there.

    Where the country keeps several clocks, only the day is told, if it is the same by the outermost of them; else None.
    """
    zones, instant = countries.zones(name), stamp.instant
    if not zones or instant is None:
        return stamp, None
    moments = [instant.astimezone(zone) for zone in zones]
    if len({moment.date() for moment in moments}) > 1:
        return stamp, None
    delta = moments[0].utcoffset()
    if len(moments) == 1 and delta is not None:
        stamp = stamp.on_clock(int(delta.total_seconds() // 60))
    return stamp, moments[0].date()


def _local_day(stamp: Stamp, address: Stamp | None) -> dt.date | None:
    """The publisher's day where the address names the day before or after the UTC one and the hour allows it."""
    if address is None or stamp.time is None:
        return None
    days = (address.day - stamp.day).days
    east, west = days == 1 and stamp.time.hour >= 10, days == -1 and stamp.time.hour < 12
    return address.day if east or west else None
