"""The Arrow schema of each table, with a description for every column, and the records to and from Arrow.

The descriptions travel as field metadata (key ``description``) in the Parquet files and in the Delta log;
``docs/data-dictionary.md`` is generated from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import pyarrow as pa

from storage.records import Article, Capture, RunRecord, SourceRecord

STRING = pa.string()
INSTANT = pa.timestamp("us", "UTC")
STRINGS = pa.list_(pa.field("element", pa.string(), nullable=False))
TALLIES = pa.list_(
    pa.field(
        "element",
        pa.struct(
            [
                pa.field("source", pa.string(), nullable=False),
                pa.field("outcome", pa.string(), nullable=False),
                pa.field("reason", pa.string()),
                pa.field("count", pa.int64(), nullable=False),
            ]
        ),
        nullable=False,
    )
)
LABELS = pa.list_(
    pa.field(
        "element",
        pa.struct(
            [pa.field("key", pa.string(), nullable=False), pa.field("value", pa.string(), nullable=False)],
        ),
        nullable=False,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of the archive: its folder's name, what a row is, its schema and partition columns.

    Files are sorted by ``sort_by``; two rows with the same ``key`` are one row that stands twice. Archives have it from
    format ``since`` on.
    """

    name: str
    row: str
    schema: pa.Schema
    partition_by: tuple[str, ...] = ()
    sort_by: tuple[str, ...] = ()
    key: tuple[str, ...]
    since: int = 1


def _column(name: str, kind: pa.DataType, description: str, *, nullable: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=nullable, metadata={"description": description})


def _optional(name: str, kind: pa.DataType, description: str) -> pa.Field:
    return _column(name, kind, description, nullable=True)


ARTICLES = Table(
    name="articles",
    row="one revision of one article",
    partition_by=("month",),
    sort_by=("source", "date", "row"),
    key=("row",),
    schema=pa.schema(
        [
            _column("row", STRING, "unique key of this row, sortable by time of capture"),
            _column("id", STRING, "the article: 128-bit hash, hex, of canonical_url; once given it never changes"),
            _column("revision", STRING, "hash of title, bullets and body; another one for the same id is an edit"),
            _column("url", STRING, "address of the page after redirects"),
            _column("canonical_url", STRING, "declared by the page and cleaned; always within the page's own domain"),
            _column("requested_url", STRING, "address as the entrance announced it"),
            _optional(
                "declared_canonical",
                STRING,
                "what the page declares where it points to another domain: a reprint names its original",
            ),
            _column("kind", STRING, "news, opinion, liveblog, video, other or unknown"),
            _column("source", STRING, "name of the configured source"),
            _column("domain", STRING, "registered domain of url"),
            _optional("publisher", STRING, "name that the page gives to its publisher"),
            _column("title", STRING, "the headline as a reader sees it, without the site's name"),
            _optional("date", pa.date32(), "day of publication in the publisher's own time zone"),
            _optional("date_published", INSTANT, "instant of publication; null where only a day is known"),
            _optional(
                "date_modified", INSTANT, "instant of the last change that the page declares; null where it is silent"
            ),
            _optional(
                "utc_offset",
                pa.int16(),
                "minutes east of UTC on the publisher's clock at publication; null where unknown",
            ),
            _optional("date_raw", STRING, "the text that the date was read from"),
            _optional(
                "date_source",
                STRING,
                "where the date was read: json-ld, meta, microdata, time, text, url, feed or sitemap",
            ),
            _column("date_crawled", INSTANT, "instant at which this page was fetched"),
            _column("first_seen", INSTANT, "instant at which an entrance announced its URL for the first time"),
            _optional("description", STRING, "standfirst or dek"),
            _column("bullets", STRINGS, "the key points printed above the body, in order; never repeated in body"),
            _column("body", STRING, "paragraphs and subheadings in reading order, separated by one blank line"),
            _column("authors", STRINGS, "people, or the agency where no person is named"),
            _optional("section", STRING, "section of the paper, as the page names it"),
            _column("tags", STRINGS, "keywords, as the page names them"),
            _optional("language", STRING, "language of the text, BCP 47"),
            _optional("image_url", STRING, "address of the lead image"),
            _optional("image_caption", STRING, "caption of the lead image"),
            _column("access", STRING, "free, metered, paywalled, registration or unknown"),
            _column("word_count", pa.int32(), "words of body"),
            _column("rights", STRINGS, "machine-readable reservations met: noai, noarchive, tdm-reservation=1, …"),
            _column("warnings", STRINGS, "quality codes, listed in docs/reasons.md"),
            _column("extractor", STRING, "name and version of the program that made this row"),
            _optional("warc_file", STRING, "WARC segment that holds the page, relative to warc/"),
            _optional("warc_offset", pa.int64(), "byte offset of the response record in that segment"),
            _optional("warc_length", pa.int64(), "length in bytes of the record's gzip member"),
            _column("run", STRING, "run that wrote this row"),
            _column("month", STRING, "partition: YYYY-MM of date; unknown without a date or with one in the future"),
        ]
    ),
)

CAPTURES = Table(
    name="captures",
    row="one event in the life of a URL: announced, fetched, or given another fate",
    sort_by=("source", "requested_url", "at"),
    key=("run", "kind", "source", "requested_url", "at", "outcome", "warc_file", "warc_offset"),
    schema=pa.schema(
        [
            _column("kind", STRING, "what the URL is: article, entrance, robots or rights"),
            _column("source", STRING, "name of the configured source"),
            _column("requested_url", STRING, "address as announced or configured"),
            _column("at", INSTANT, "instant of the event"),
            _column(
                "outcome",
                STRING,
                "announced, fetched, archived, revised, unchanged, gone, rejected, refused, failed or deferred",
            ),
            _optional("reason", STRING, "stable code for the outcome, listed in docs/reasons.md"),
            _optional("detail", STRING, "a sentence for people"),
            _optional("url", STRING, "address after redirects"),
            _optional("id", STRING, "id of the article that the page is"),
            _optional(
                "revision", STRING, "revision of the article that the page showed; of an entrance, hash of its links"
            ),
            _optional("title", STRING, "headline of the article that the page showed"),
            _optional("announced_by", STRING, "entrance that announced the URL"),
            _optional("announced_kind", STRING, "kind of that entrance: feed, sitemap or front"),
            _optional("announced_at", INSTANT, "instant at which the URL was announced for the first time"),
            _optional("announced_title", STRING, "title that the entrance gave"),
            _optional("announced_date", STRING, "date that the entrance gave, ISO 8601"),
            _optional("announced_modified", STRING, "date of change that the entrance gave, ISO 8601"),
            _optional("announced_language", STRING, "language that the entrance gave"),
            _optional("status", pa.int16(), "HTTP status of the answer"),
            _optional("etag", STRING, "ETag of the answer"),
            _optional("last_modified", STRING, "Last-Modified of the answer, as sent"),
            _optional("not_before", INSTANT, "instant before which the URL is not to be asked for again"),
            _optional("payload_digest", STRING, "SHA-1 of the payload as sent, base32, as in the WARC"),
            _optional("payload_bytes", pa.int64(), "size of the payload as sent"),
            _optional("warc_file", STRING, "WARC segment that holds the answer, relative to warc/"),
            _optional("warc_offset", pa.int64(), "byte offset of the response record in that segment"),
            _optional("warc_length", pa.int64(), "length in bytes of the record's gzip member"),
            _column("run", STRING, "run that wrote this row"),
            _column("batch", pa.int64(), "batch of that run"),
        ]
    ),
)

RUNS = Table(
    name="runs",
    row="one run of a command that wrote to the archive",
    key=("run",),
    schema=pa.schema(
        [
            _column("run", STRING, "unique key of the run, sortable by start"),
            _column("command", STRING, "crawl, demo or another command that writes"),
            _column(
                "outcome",
                STRING,
                "done, stopped by a signal, failed, or interrupted (its process ended without closing)",
            ),
            _column("started_at", INSTANT, "instant of the start"),
            _column("finished_at", INSTANT, "instant of the end; of an interrupted run, of its recovery"),
            _optional("config_digest", STRING, "hash of the configuration in force"),
            _column("versions", STRINGS, "packages and their versions"),
            _column("batches", pa.int64(), "batches committed"),
            _column("tallies", TALLIES, "how often each source met each outcome and reason"),
            _optional("detail", STRING, "what a person should know of how it ended"),
        ]
    ),
)

SOURCES = Table(
    name="sources",
    row="one source and one version of its rules",
    key=("source", "digest", "since"),
    schema=pa.schema(
        [
            _column("source", STRING, "name of the source"),
            _column("digest", STRING, "hash of the source's block of the configuration"),
            _column("since", INSTANT, "instant from which these rules were in force"),
            _column("entrances", STRINGS, "feeds, sitemaps and front pages"),
            _column("hosts", STRINGS, "hosts that belong to the source"),
            _optional("timezone", STRING, "IANA time zone for naive times"),
            _optional("language", STRING, "BCP 47 default language"),
            _optional("rules", STRING, "selectors, as JSON"),
            _column("labels", LABELS, "labels that analysts give: country, type, owner, …"),
            _column("run", STRING, "run that wrote this row"),
        ]
    ),
)

CLUSTERS = Table(
    name="clusters",
    row="one article and the cluster of near-identical texts that it is in",
    partition_by=("month",),
    sort_by=("cluster", "since", "id"),
    key=("id",),
    since=3,
    schema=pa.schema(
        [
            _column("id", STRING, "the article"),
            _column("row", STRING, "the row of articles whose text was compared: the newest revision at that time"),
            _column(
                "cluster",
                STRING,
                "articles with the same one are copies of each other; named after the row that founded it, and stable",
            ),
            _column("role", STRING, "first (also of an article that is alone), or copy; every cluster has one first"),
            _column(
                "similarity",
                pa.float32(),
                "what this text and the first's share: word sequences in both, of those in either, 0 to 1 (Jaccard)",
            ),
            _column(
                "contained", pa.float32(), "the same, of those of the shorter text: 1 where the longer has all of it"
            ),
            _column(
                "since",
                INSTANT,
                "earliest instant at which the article is known to have been there; it tells who was first",
            ),
            _column(
                "known_by",
                STRING,
                "column of articles that tells since: date_published, first_seen, date (its end)",
            ),
            _column(
                "reprint", pa.bool_(), "the page names a page of another domain as its original; then it is never first"
            ),
            _column("shingles", pa.int32(), "word sequences that were compared; 0 for a text too short to be a copy"),
            _optional("signature", pa.binary(), "MinHash of these: 128 slots of 16 bits, little-endian"),
            _column(
                "paragraphs", pa.binary(), "32-bit hashes of the paragraphs, little-endian: what does a house repeat?"
            ),
            _column("method", STRING, "how it was compared; rows of another method are made anew by the next run"),
            _column("run", STRING, "run that wrote this row"),
            _column("at", INSTANT, "instant at which that run began"),
            _column("month", STRING, "partition: that of the article's row"),
        ]
    ),
)

TABLES: tuple[Table, ...] = (CAPTURES, ARTICLES, RUNS, SOURCES, CLUSTERS)

_NESTED = (RunRecord, SourceRecord)
_SURROGATE = re.compile("[\ud800-\udfff]")


def to_arrow(
    table: Table,
    records: Sequence[Article | Capture | RunRecord | SourceRecord],
    *,
    fixed: Mapping[str, str | int] | None = None,
) -> pa.Table:
    """Records as an Arrow table of ``table``'s schema, sorted as the table is.

    ``fixed`` gives columns that have one value in all rows, whatever the records say.

    Raises:
        pyarrow.ArrowInvalid, pyarrow.ArrowTypeError: a record holds a value that does not fit its column.
    """
    columns = []
    rows = [asdict(record) for record in records] if records and isinstance(records[0], _NESTED) else None
    for field in table.schema:
        if fixed is not None and field.name in fixed:
            values = [fixed[field.name]] * len(records)
        elif rows:
            values = [row[field.name] for row in rows]
        else:
            values = [getattr(record, field.name) for record in records]
        columns.append(_array(values, field.type))
    built = pa.Table.from_arrays(columns, schema=table.schema)
    built.validate(full=True)
    for field in table.schema:
        if not field.nullable and built[field.name].null_count:
            raise pa.ArrowInvalid(f"{table.name}.{field.name} is null in {built[field.name].null_count} rows")
        if pa.types.is_list(field.type) and not field.type.value_field.nullable:
            holes = sum(chunk.flatten().null_count for chunk in built[field.name].chunks)
            if holes:
                raise pa.ArrowInvalid(f"{table.name}.{field.name} holds {holes} null elements")
    keys = [(name, "ascending") for name in table.sort_by]
    return built.sort_by(keys) if keys else built


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, type=kind)
    except UnicodeEncodeError:
        return pa.array([_encodable(value) for value in values], type=kind)


def _encodable(value: Any) -> Any:
    """Half surrogate pairs, which a page's JSON may hold and UTF-8 cannot, become U+FFFD."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {key: _encodable(item) for key, item in value.items()}
    return [_encodable(item) for item in value] if isinstance(value, list | tuple) else value


def articles_from_arrow(table: pa.Table) -> list[Article]:
    """The articles of an Arrow table that holds all of their columns."""
    return [Article(**_plain(row, Article)) for row in table.to_pylist()]


def captures_from_arrow(table: pa.Table) -> list[Capture]:
    """The captures of an Arrow table that holds all of their columns."""
    names = [field.name for field in fields(Capture) if field.name in table.schema.names]
    columns = [table[name].to_pylist() for name in names]
    return [Capture(**dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)]


def _plain(row: dict[str, Any], record: type) -> dict[str, Any]:
    names = {field.name for field in fields(record)}
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items() if key in names}


def data_dictionary(tables: Iterable[Table] = TABLES) -> str:
    """The columns of every table as Markdown."""
    lines = [
        "# Data dictionary",
        "",
        "Generated from the schema by `make docs`; the same descriptions stand in every Parquet file as field metadata",
        "(`pyarrow.parquet.read_schema(file).field(name).metadata`). A column marked `?` may be null.",
        "",
    ]
    for table in tables:
        lines += [f"## `{table.name}`", "", f"A row is {table.row}.", ""]
        if table.partition_by:
            lines += [f"Partitioned by `{', '.join(table.partition_by)}`.", ""]
        lines += ["| column | type | meaning |", "|---|---|---|"]
        for field in table.schema:
            name = f"`{field.name}`" + ("?" if field.nullable else "")
            kind = str(field.type).replace("element: ", "").replace(" not null", "")
            lines.append(f"| {name} | {kind} | {field.metadata[b'description'].decode()} |")
        lines.append("")
    return "\n".join(lines)
