"""Every key of ``broadsheet.toml``: the one list from which reader, template and documentation are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Place = Literal["", "archive", "crawl", "metrics", "source"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key: ``table`` is "" for the top of the file, ``default`` is TOML text, None where there is none.

    ``example`` is TOML text for the template; ``required`` keys have no default.
    """

    table: Place
    name: str
    type: str
    default: str | None
    description: str
    example: str = ""
    required: bool = False


def _archive(name: str, kind: str, default: str, description: str) -> Key:
    return Key(table="archive", name=name, type=kind, default=default, description=description, example=default)


def _crawl(name: str, kind: str, default: str, description: str, example: str = "") -> Key:
    return Key(
        table="crawl", name=name, type=kind, default=default, description=description, example=example or default
    )


def _source(name: str, kind: str, description: str, example: str, required: bool = False) -> Key:
    return Key(
        table="source",
        name=name,
        type=kind,
        default=None,
        description=description,
        example=example,
        required=required,
    )


KEYS: tuple[Key, ...] = (
    Key(
        table="",
        name="include",
        type="text or list of texts",
        default="[]",
        description="Further files with [[source]] blocks: names or patterns, relative to this file.",
        example='"sources/*.toml"',
    ),
    _archive(
        "path",
        "path or s3://bucket/prefix",
        '"archive"',
        "Folder of the archive, relative to this file; ~ is your home. Or a prefix on S3: docs/object-storage.md.",
    ),
    Key(
        table="archive",
        name="spool",
        type="path",
        default=None,
        description="For an archive on S3: the local folder of pages that are not uploaded yet, by default one of your "
        "own for each archive. It must outlive the process.",
        example='"/var/lib/broadsheet/spool"',
    ),
    _archive(
        "batch_pages", "number", "500", "A batch is committed when it holds this many pages (on S3 by default 10000) …"
    ),
    _archive("batch_seconds", "duration", '"60s"', '… or when its first page is this old (on S3 by default "5m") …'),
    _archive("batch_bytes", "size", '"64 MB"', "… or when its WARC records have this size."),
    _archive("segment_bytes", "size", '"1 GB"', "A WARC segment that reached this size is closed and a new one begun."),
    _archive(
        "min_free",
        "size",
        '"1 GB"',
        "No run starts, and a run ends, where the archive's disk has less room than this; 0 is no floor.",
    ),
    Key(
        table="crawl",
        name="contact",
        type="text",
        default=None,
        description="Whom a site may write to: a mail address or a page about the crawl. Goes into the user agent.",
        example='"mailto:archive@your-institute.org"',
        required=True,
    ),
    _crawl("delay", "duration", '"1s"', "Pause between two requests to one host; a longer Crawl-delay wins."),
    _crawl("max_delay", "duration", '"60s"', "A host that asks for a longer Crawl-delay is deferred."),
    _crawl(
        "concurrency", "number", "32", "Hosts that are asked at the same time; one host is never asked twice at once."
    ),
    _crawl("timeout", "duration", '"30s"', "A request that takes longer has failed."),
    _crawl("retries", "number", "2", "Further tries after a failure that may pass."),
    _crawl("max_page", "size", '"20 MB"', "A larger page is cut off and refused."),
    _crawl("max_entrance", "size", '"60 MB"', "The same for feeds and sitemaps, also unpacked."),
    _crawl(
        "poll",
        "list of durations",
        '["10m", "6h"]',
        "Shortest and longest time between two polls of an entrance; between them it is asked as often as it changes.",
    ),
    _crawl(
        "revisit",
        "list of durations",
        '["1h", "6h", "1d", "7d"]',
        "Ages of an article at which it is asked for again, conditionally, to catch edits; then it rests. [] is never, "
        '"0s" at every run. A newer date of change in a feed or sitemap brings the next visit forward.',
    ),
    _crawl("robots_max_age", "duration", '"24h"', "A robots.txt older than this is asked for again."),
    _crawl("budget_pages", "number", "0", "Articles that a run may ask for; the rest is deferred. 0 is no bound."),
    _crawl("budget_bytes", "size", "0", "Bytes that a run may receive; the rest is deferred. 0 is no bound.", '"5 GB"'),
    _crawl("budget_time", "duration", "0", "How long a run may take; the rest is deferred. 0 is no bound.", '"12m"'),
    _crawl(
        "rights_policy",
        "record, skip or research",
        '"record"',
        "What reservations of rights do: be noted only, or keep pages out; docs/rights.md says which ones count.",
    ),
    _crawl("obey_noarchive", "true or false", "false", "Pages that say `noarchive` are not kept."),
    _crawl("workers", "number", "0", "Processes that extract; 0 is one for each core."),
    _crawl("extract_timeout", "duration", '"20s"', "A page whose extraction takes longer is rejected."),
    _crawl("extract_memory", "size", '"1 GB"', "A page whose extraction takes more memory is rejected."),
    _crawl(
        "render_timeout",
        "duration",
        '"20s"',
        "What a browser gets for one page; whatever is there by then is the page.",
    ),
    _crawl(
        "allow_private",
        "list of hosts",
        "[]",
        "Hosts (name, name:port) that may lie on this machine or in a private network; all others are refused there.",
        '["intranet.paper.example", "127.0.0.1:8742"]',
    ),
    Key(
        table="metrics",
        name="textfile",
        type="path",
        default=None,
        description="A crawl's metrics for Prometheus' node exporter, written each minute and at the end; "
        "docs/metrics.md.",
        example='"/var/lib/node_exporter/broadsheet.prom"',
    ),
    Key(
        table="metrics",
        name="listen",
        type="host:port",
        default=None,
        description="The same at http://host:port/metrics while a crawl runs. Name a host that strangers do not reach.",
        example='"127.0.0.1:9109"',
    ),
    _source("name", "text", "Names the source in the archive; never change it.", '"daily-example"', required=True),
    _source(
        "entrances",
        "list of URLs",
        "Where articles are announced: feeds, sitemaps, front or section pages; the kind is told from what comes back.",
        '["https://www.daily.example/news-sitemap.xml", "https://www.daily.example/"]',
        required=True,
    ),
    _source(
        "hosts", "list of hosts", "Hosts that belong to the source beside its entrances'.", '["blog.daily.example"]'
    ),
    _source("delay", "duration", "Pause for this source's hosts in place of [crawl] delay.", '"5s"'),
    _source("budget_pages", "number", "As in [crawl], for this source alone.", "500"),
    _source("budget_bytes", "size", "As in [crawl], for this source alone.", '"500 MB"'),
    _source("budget_time", "duration", "As in [crawl], for this source alone.", '"10m"'),
    _source("rights_policy", "record, skip or research", "In place of [crawl] rights_policy.", '"skip"'),
    _source("obey_noarchive", "true or false", "In place of [crawl] obey_noarchive.", "true"),
    _source("timezone", "text", "Time zone (IANA) of dates that do not name one.", '"Europe/Berlin"'),
    _source("language", "text", "Language (BCP 47) of pages that do not name one.", '"de"'),
    _source(
        "render",
        "true or false",
        "Its pages need JavaScript: draw them in a browser (extra [browser] and Debian's chromium).",
        "true",
    ),
    _source("title", "selectors", "CSS or XPath of the headline, where extraction misses it.", '"h1.headline"'),
    _source("date", "selectors", "CSS or XPath of the date of publication.", '"//time/@datetime"'),
    _source("bullets", "selectors", "CSS or XPath of each key point.", '".key-points li"'),
    _source("body", "selectors", "CSS or XPath of the element that holds the text.", '["article .text", ".story"]'),
    _source("remove", "selectors", "CSS or XPath of what is taken away before reading.", '[".promo", ".related"]'),
    _source("valid_until", "day", "Last day on which the selectors are used; later pages say so.", "2027-06-30"),
    _source(
        "labels", "table of texts", "Your own labels, kept beside the source.", '{ country = "DE", type = "regional" }'
    ),
    _source(
        "expect",
        "table of numbers",
        "What it has to bring over seven days, else it alarms: `articles_per_day`, shares (0 to 1) with `date`, "
        "`authors` and `bullets`, `words` (median); docs/health.md.",
        "{ articles_per_day = 20, date = 0.95 }",
    ),
)


def names(table: Place) -> tuple[str, ...]:
    """The keys that may stand in ``table``."""
    return tuple(key.name for key in KEYS if key.table == table)
