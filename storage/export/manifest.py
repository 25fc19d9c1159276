"""A manifest: what a set of articles is known by without a word of theirs, so that others can fetch them themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from storage.rows import Rows
from storage.schema import ARTICLES, CAPTURES, STRING

_KEPT = ("url", "id", "revision", "source", "date", "language", "date_crawled")
READ = (*_KEPT, "requested_url", "title", "bullets", "body", "warc_file", "warc_offset")
_TEXT = {
    "text_sha256": "SHA-256, hex, of title, each of the bullets, and body, joined by blank lines, in UTF-8",
    "payload_digest": "SHA-1 of the page as sent, base32, as in the WARC; null where it was not captured",
}
SCHEMA = pa.schema(
    [
        *(ARTICLES.schema.field(name) for name in ("url", "requested_url", "id", "revision")),
        *(pa.field(name, STRING, metadata={"description": text}) for name, text in _TEXT.items()),
        *(ARTICLES.schema.field(name) for name in ("date_crawled", "date", "source", "language")),
    ]
)
# Rows of captures that are joined at a time.
_AT_ONCE = 1_000_000
_PLACE = ["warc_file", "warc_offset"]


def text_hash(title: str, bullets: Sequence[str], body: str) -> str:
    """Hash of an article's text: SHA-256 in hex of title, bullets and body in UTF-8, joined by a blank line."""
    return hashlib.sha256("\n\n".join((title, *bullets, body)).encode()).hexdigest()


def digests(captures: Rows, places: pa.Table) -> pa.Table:
    """``payload_digest`` by the place in the WARC (``warc_file``, ``warc_offset``), for those in ``places``."""
    known = pc.is_valid(pc.field("payload_digest")) & (pc.field("kind") == "article") & pc.is_valid(pc.field("id"))
    schema = pa.schema([CAPTURES.schema.field(name) for name in (*_PLACE, "payload_digest")])
    found, held, many = [schema.empty_table()], [], 0
    for batch in captures.to_batches(schema.names, known):
        held.append(batch)
        many += batch.num_rows
        if many >= _AT_ONCE:
            found.append(_near(pa.Table.from_batches(held), places))
            held, many = [], 0
    if held:
        found.append(_near(pa.Table.from_batches(held), places))
    table = pa.concat_tables([one.cast(schema) for one in found])
    return table.group_by(_PLACE).aggregate([("payload_digest", "min")]).rename_columns(schema.names)


def rows_of(articles: pa.Table, known: pa.Table) -> pa.Table:
    """The manifest's rows for ``articles`` (of the columns :data:`READ`), in their order."""
    numbered = articles.select(_PLACE).append_column("at", pa.array(range(articles.num_rows), pa.int64()))
    joined = numbered.join(known, keys=_PLACE, join_type="left outer").sort_by("at")
    hashes = [
        text_hash(title, bullets, body)
        for title, bullets, body in zip(
            *(articles[name].to_pylist() for name in ("title", "bullets", "body")), strict=True
        )
    ]
    made = {"text_sha256": pa.array(hashes, STRING), "payload_digest": joined["payload_digest"]}
    arrays = [made.get(name, articles[name] if name in READ else None) for name in SCHEMA.names]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _near(rows: pa.Table, places: pa.Table) -> pa.Table:
    return rows.join(places, keys=_PLACE, join_type="left semi")
