"""Which sources fell out, in words: since when, what they were, the likely cause, and what is known already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from crawler.terminal import clean
from pipelines import templates
from pipelines.pages import page_of
from storage import warc
from storage.archive import Archive
from storage.health import Expectations, Finding, Health
from storage.health.acks import Ack, load, quiet
from storage.health.judge import judge
from storage.records import Page, WarcPosition

# Pages of each side that are compared to tell whether the template changed.
_SAMPLE = 6
# Findings of a change of the pages, where another template is a likely cause.
_OF_PAGES = frozenset({"date", "date_source", "authors", "bullets", "length", "rejected"})
_WORDS: Mapping[str, str] = {
    "date": "dates vanished",
    "date_source": "pages state their date no more",
    "authors": "authors vanished",
    "bullets": "key points vanished",
}
_FATES: Mapping[str, str] = {
    "errors": "pages fail",
    "walls": "walls stand where pages did",
    "rejected": "pages are no articles any more",
    "offsite": "links lead to hosts that are not its own",
}
_EXPECTED: Mapping[str, str] = {
    "expect_articles_per_day": "articles a day",
    "expect_date": "of articles have a date",
    "expect_authors": "of articles have an author",
    "expect_bullets": "of articles have key points",
    "expect_words": "words (median)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is to be told: findings that alarm, findings that are known, each with its acknowledgement."""

    health: Health
    alarms: tuple[Finding, ...]
    known: tuple[tuple[Finding, Ack], ...]


def report(
    archive: Archive,
    *,
    sources: Iterable[str] | None = None,
    declared: Mapping[str, Expectations] | None = None,
    at: dt.datetime | None = None,
    began: dt.datetime | None = None,
) -> Report:
    """How the sources stood when the last run ended, or ``at`` an instant; ``began`` is when a run that goes on did.

    Raises:
        ArchiveError: a table or an acknowledgement cannot be read.
    """
    names = None if sources is None else tuple(sources)
    health = judge(archive, at=at or last_end(archive), began=began, sources=names, declared=declared)
    told = explained(archive, health, only_fresh=began is not None)
    return sorted_out(told, load(archive), at=dt.datetime.now(dt.UTC))


def sorted_out(health: Health, acks: Iterable[Ack], *, at: dt.datetime) -> Report:
    """``health`` with what is acknowledged at ``at`` set apart."""
    listed = tuple(acks)
    pairs = [(one, quiet(listed, one.source, one.code, at)) for one in health.findings]
    return Report(
        health=health,
        alarms=tuple(one for one, ack in pairs if ack is None),
        known=tuple((one, ack) for one, ack in pairs if ack is not None),
    )


NOT_YET = (
    "No source can be judged yet: that needs articles fetched within 14 days of their date, and some two weeks of them."
)
"""What is to be told where no source was judged; the 14 days are those of :mod:`storage.health.series`."""


def last_end(archive: Archive) -> dt.datetime:
    """When the last run ended; now, where none ever did."""
    ends = archive.runs().to_table(["finished_at"])["finished_at"]
    latest = pc.max(ends).as_py() if len(ends) else None
    return latest if latest is not None else dt.datetime.now(dt.UTC)


def explained(archive: Archive, health: Health, *, only_fresh: bool = False) -> Health:
    """``health`` with "template changed" among the causes where the pages kept in the WARC show it."""
    told: dict[tuple[str, dt.datetime], bool | None] = {}
    findings = []
    for one in health.findings:
        if one.code in _OF_PAGES and (one.fresh or not only_fresh):
            place = one.source, one.since
            if place not in told:
                told[place] = template_changed(archive, one.source, one.since, health.at)
            if told[place]:
                one = replace(one, cause="; ".join(filter(None, [one.cause, "template changed"])))
        findings.append(one)
    return replace(health, findings=tuple(findings))


def template_changed(archive: Archive, source: str, since: dt.datetime, at: dt.datetime) -> bool | None:
    """Whether the pages of ``source`` look built otherwise since ``since``; None where too few can be read."""
    wanted = (pc.field("kind") == "article") & (pc.field("source") == source) & (pc.field("status") == 200)
    wanted &= pc.field("outcome").isin(pa.array(["archived", "rejected"])) & pc.field("warc_file").is_valid()
    wanted &= (pc.field("at") >= pa.scalar(since - dt.timedelta(days=14))) & (pc.field("at") <= pa.scalar(at))
    columns = ["at", "outcome", "warc_file", "warc_offset", "warc_length"]
    rows = archive.captures().to_table(columns, wanted).sort_by("at").to_pylist()
    before = [row for row in rows if row["at"] < since and row["outcome"] == "archived"][-_SAMPLE:]
    after = [row for row in rows if row["at"] >= since][-_SAMPLE:]
    return templates.changed([_skeleton(archive, row) for row in before], [_skeleton(archive, row) for row in after])


def _skeleton(archive: Archive, row: Mapping[str, str | int]) -> frozenset[str]:
    place = WarcPosition(file=str(row["warc_file"]), offset=int(row["warc_offset"]), length=int(row["warc_length"]))
    try:
        page = page_of(warc.read(archive.warc, place))
    except warc.WarcDamage:
        return frozenset()
    return templates.skeleton(page) if isinstance(page, Page) else frozenset()


def sentence(one: Finding) -> str:
    """What fell out, since when, what it was, and the likely cause; without the source's name."""
    if one.code in _WORDS:
        what = f"{_WORDS[one.code]} since {_when(one)}: {_percent(one.now)} of {one.seen}, {_percent(one.past)} before"
    elif one.code in _FATES:
        what = f"{_FATES[one.code]} since {_when(one)}: {_percent(one.now)} of {one.seen}, {_percent(one.past)} before"
    elif one.code == "length":
        what = f"texts are cut short since {_when(one)}: {one.now:.0f} words (median), {one.past:.0f} before"
    elif one.code == "articles":
        what = f"articles fell since {_when(one)}: {one.now:.3g} a day, {one.past:.3g} expected"
    elif one.code in _EXPECTED:
        share = one.code in ("expect_date", "expect_authors", "expect_bullets")
        now, past = (_percent(one.now), _percent(one.past)) if share else (f"{one.now:.3g}", f"{one.past:.3g}")
        what = f"below what [source.expect] declares: {now} {_EXPECTED[one.code]}, declared {past}"
    elif one.code == "silent":
        return f"silent since {_when(one)}, {_polls(one)}: {clean(one.cause or 'none of its entrances answers')}"
    else:
        return f"an entrance ceased at {_when(one)}, {_polls(one)}: {clean(one.cause or 'no answer')}"
    return f"{what}; {clean(one.cause)}" if one.cause else what


def _when(one: Finding) -> str:
    return f"{one.since:%Y-%m-%d %H:%M} UTC"


def _polls(one: Finding) -> str:
    return f"{one.seen} {'poll' if one.seen == 1 else 'polls'}"


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")
