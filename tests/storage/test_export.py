"""What an export holds, in which order, in which form, and that it is there whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import storage
from pipelines.history import History
from storage import compact
from storage.archive import Archive
from storage.export import BadWish, Form, NotWritten, Wanted, cells, export, order
from storage.export.manifest import text_hash
from storage.export.output import written
from storage.locks import try_lock
from storage.records import Article
from storage.schema import ARTICLES
from tests.archive_samples import NOON, article, begin, capture, exchange, fetch, html, make, minutes

DAY = dt.date(2026, 11, 20)
FORMULA = '=HYPERLINK("http://bad.test","x")'


def filled(archive: Archive, *batches: list[Article]) -> Archive:
    """An archive with a file for each of ``batches``."""
    for number, batch in enumerate(batches, 1):
        archive.append(ARTICLES, batch, run="someone", number=number)
    return archive


def some(numbers: range, **changes: Any) -> list[Article]:
    """Articles of three sources on several days, some undated, not in the order of an export."""
    return [
        article(
            number,
            source=("quay", "harbour", "pier")[number % 3],
            date=None if number % 7 == 0 else DAY + dt.timedelta(days=number % 5),
            month="unknown" if number % 7 == 0 else "2026-11",
            body=f"The ferry number {number} was late again. " * (number % 11 + 1),
            word_count=7 * (number % 11 + 1),
            **changes,
        )
        for number in numbers
    ]


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Thirty-nine articles in three files, for reading only."""
    return filled(
        make(tmp_path_factory.mktemp("harbour")), some(range(20, 40)), some(range(1, 15)), some(range(15, 20))
    )


def key(row: dict[str, Any]) -> tuple[Any, ...]:
    return (row["source"], row["date"] is None, row["date"], row["id"])


def test_a_file_is_sorted_by_source_date_and_id(harbour: Archive, tmp_path: Path) -> None:
    done = export(harbour, Wanted(), tmp_path / "all.parquet")
    table = pq.read_table(tmp_path / "all.parquet")
    rows = table.to_pylist()
    assert done.rows == len(rows) == 39
    assert rows == sorted(rows, key=key)
    assert table.schema.equals(ARTICLES.schema)
    assert table.schema.field("title").metadata[b"description"]
    assert done.files[0].sha256 == hashlib.sha256((tmp_path / "all.parquet").read_bytes()).hexdigest()


def test_the_same_rows_give_the_same_bytes_wherever_they_lie(harbour: Archive, tmp_path: Path) -> None:
    shutil.copytree(harbour.local, tmp_path / "copy")
    assert compact.compact(tmp_path / "copy", many=1)
    copy = storage.open_archive(tmp_path / "copy")
    (tmp_path / "later").mkdir()
    forms: dict[str, Form] = {".parquet": "parquet", ".jsonl": "jsonl", ".jsonl.gz": "jsonl", ".csv.zst": "csv"}
    for end, form in forms.items():
        before = export(harbour, Wanted(form=form), tmp_path / f"a{end}")
        after = export(copy, Wanted(form=form), tmp_path / "later" / f"a{end}")
        assert before.version != after.version
        assert before.files[0].sha256 == after.files[0].sha256, end


def test_what_memory_cannot_hold_is_sorted_on_the_disk(
    harbour: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order, "_LEAST_ROWS", 4)
    monkeypatch.setattr(order, "STRETCH_BYTES", 9_000)
    export(harbour, Wanted(), tmp_path / "one.parquet")
    dealt: list[int] = []
    take = order.Buckets.take

    def counted(self: order.Buckets, rows: pa.Table, bucket: order.Ints) -> None:
        dealt.append(rows.num_rows)
        take(self, rows, bucket)

    monkeypatch.setattr(order, "BUCKET_BYTES", 10_000)
    monkeypatch.setattr(order, "DEALT_BYTES", 5_000)
    monkeypatch.setattr(order.Buckets, "take", counted)
    export(harbour, Wanted(), tmp_path / "many.parquet")
    assert sum(dealt) == 39, "the rows went over the disk"
    assert len(dealt) > 1
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "many.parquet").read_bytes()
    assert pq.ParquetFile(tmp_path / "one.parquet").num_row_groups > 3


def test_current_articles_unless_all_revisions_are_wanted(archive: Archive, tmp_path: Path) -> None:
    later = article(1, row="20261123T120000.000001Z-0", revision="r2", title="Ferry on time", word_count=9)
    filled(archive, [article(1), article(2)], [later])
    now = rows_of(archive, tmp_path, columns=("title", "revision"))
    assert [row["title"] for row in now] == ["Ferry on time", "Ferry number 2 is late"]
    every = rows_of(archive, tmp_path, columns=("title",), all_revisions=True)
    assert [row["title"] for row in every] == ["Ferry number 1 is late", "Ferry on time", "Ferry number 2 is late"]
    # Which revision is current is settled before a condition is asked.
    assert rows_of(archive, tmp_path, where="revision = 'r1' and word_count = 5") == [
        row for row in rows_of(archive, tmp_path) if row["title"].startswith("Ferry number 2")
    ]


def rows_of(archive: Archive, folder: Path, **wanted: Any) -> list[dict[str, Any]]:
    target = folder / "rows.parquet"
    target.unlink(missing_ok=True)
    done = export(archive, Wanted(**wanted), target)
    return pq.read_table(target).to_pylist() if done.rows else []


@pytest.mark.parametrize(
    ("wanted", "ids", "why"),
    [
        ({"since": DAY}, "124", "a day is included, the undated are not"),
        ({"until": DAY}, "12", "also the last one"),
        ({"since": DAY, "until": DAY}, "12", "a single day"),
        ({"sources": ("quay",)}, "3", "one source"),
        ({"sources": ("quay", "harbour")}, "1234", "or several"),
        ({"languages": ("en",)}, "12", "a language with its regions"),
        ({"languages": ("en-GB", "de")}, "23", "or one region"),
        ({"languages": ("e",)}, "", "no language begins in the middle of a tag"),
        ({"where": "date is null"}, "3", "the undated are found by a condition"),
        ({"where": "word_count > 5", "sources": ("harbour",)}, "4", "all of it has to hold"),
    ],
)
def test_filters(archive: Archive, tmp_path: Path, wanted: dict[str, Any], ids: str, why: str) -> None:
    filled(
        archive,
        [
            article(1, date=DAY, language="en"),
            article(2, date=DAY, language="en-GB"),
            article(3, date=None, month="unknown", language="de", source="quay"),
            article(4, date=dt.date(2026, 12, 1), month="2026-12", word_count=6),
        ],
    )
    assert sorted(str(int(row["id"], 16)) for row in rows_of(archive, tmp_path, **wanted)) == list(ids), why


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"columns": ("titel",)}, "did you mean title?"),
        ({"columns": ("zzz",)}, "there are: row"),
        ({"columns": ("title", "title")}, "named twice"),
        ({"since": DAY, "until": DAY - dt.timedelta(days=1)}, "write the later day last"),
        ({"manifest": True, "columns": ("url",)}, "columns of its own"),
        ({"manifest": True, "terms": True}, "columns of its own"),
        ({"terms": True, "form": "huggingface"}, "as parquet or jsonl"),
        ({"manifest": True, "form": "huggingface"}, "a manifest is no Hugging Face folder"),
        ({"copies": True, "columns": ("cluster", "title")}, "cluster is no column of the articles"),
        ({"copies": True, "where": "role = 'copy'"}, "come last with copies and cannot be named in columns or where"),
        ({"where": "role = 'copy'"}, "there is no column 'role'"),
        ({"copies": True, "manifest": True}, "leave one of the two out"),
        ({"copies": True, "terms": True}, "leave one of the two out"),
        ({"copies": True}, "run `broadsheet cluster` first"),
        ({"terms": True, "columns": ("run",)}, "those that have: id, url"),
        ({"where": "nothing"}, "no column 'nothing'"),
    ],
)
def test_wishes_that_make_no_sense(harbour: Archive, tmp_path: Path, wanted: dict[str, Any], told: str) -> None:
    with pytest.raises(storage.ArchiveError) as caught:
        export(harbour, Wanted(**wanted), tmp_path / "x.parquet")
    assert told in str(caught.value)
    assert not list(tmp_path.glob("*x.parquet*"))
    assert issubclass(BadWish, storage.ArchiveError)


def test_nothing_is_written_where_nothing_is_wanted(harbour: Archive, tmp_path: Path) -> None:
    done = export(harbour, Wanted(where="word_count > 9999"), tmp_path / "none.parquet")
    assert (done.rows, done.files) == (0, ())
    assert not list(tmp_path.iterdir())


def test_a_state_that_was_pinned_is_exported_as_it_was(archive: Archive, tmp_path: Path) -> None:
    from storage import snapshots

    filled(archive, [article(1)])
    with archive.lock_maintenance("test"):
        snapshots.pin(archive.root, "paper-2026")
    archive.append(ARTICLES, [article(2)], run="other", number=1)
    assert len(rows_of(archive, tmp_path)) == 2
    assert len(rows_of(storage.open_archive(archive.root, as_of="paper-2026"), tmp_path)) == 1


def test_json_lines_hold_every_column(archive: Archive, tmp_path: Path) -> None:
    filled(archive, [article(1, title="Fähre\u2028 “spät”", date=DAY, bullets=("a", "b"))])
    export(archive, Wanted(form="jsonl"), tmp_path / "a.jsonl.gz")
    (row,) = [json.loads(line) for line in gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()).splitlines()]
    assert list(row) == ARTICLES.schema.names
    assert (row["title"], row["date"], row["bullets"]) == ("Fähre\u2028 “spät”", "2026-11-20", ["a", "b"])
    assert (row["date_crawled"], row["language"]) == ("2026-11-22T12:00:00+00:00", None)


def test_cells_of_csv_are_quoted_and_defused(archive: Archive, tmp_path: Path) -> None:
    filled(
        archive,
        [
            article(1, title=FORMULA, tags=("=1+1",), utc_offset=-300, section="'=x", description='say "a,b"\r\nnow'),
            article(2, title="-1 degrees", authors=("@nn",)),
        ],
    )
    names = ("title", "tags", "utc_offset", "section", "description", "language")
    export(archive, Wanted(form="csv", columns=names), tmp_path / "a.csv")
    raw = (tmp_path / "a.csv").read_bytes()
    assert raw.startswith(b"title,tags,utc_offset,section,description,language\r\n"), "RFC 4180: a header and CRLF"
    first, second = list(csv.reader(io.StringIO(raw.decode(), newline="")))[1:]
    assert first == [f"'{FORMULA}", '["=1+1"]', "-300", "''=x", 'say "a,b"\r\nnow', ""]
    assert second[0] == "'-1 degrees"
    assert cells.text(first[0]) == FORMULA
    assert cells.text(first[3]) == "'=x"


@given(st.text(alphabet="'=+-@\t\r\n＝ab,\"", max_size=8))
def test_a_defused_cell_begins_no_formula_and_gives_its_text_back(text: str) -> None:
    made = cells.cell(text)
    assert not made.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))
    assert cells.text(made) == text


def test_a_folder_of_files_is_one_table(harbour: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "_LEAST_ROWS", 5)
    monkeypatch.setattr(order, "STRETCH_BYTES", 1)
    done = export(harbour, Wanted(file_size=10_000), tmp_path / "all")
    assert [file.path.name for file in done.files][:2] == ["part-00001.parquet", "part-00002.parquet"]
    assert sum(file.rows for file in done.files) == 39
    rows = pq.read_table(tmp_path / "all").to_pylist()
    assert rows == sorted(rows, key=key)


def test_a_folder_for_hugging_face_has_a_card_filled_from_the_data(archive: Archive, tmp_path: Path) -> None:
    filled(
        archive,
        [
            article(1, date=DAY, language="en-GB", rights=("noai",), bullets=("a",), source="quay|x"),
            article(2, date=DAY + dt.timedelta(days=2), language="de"),
            article(3, date=None, month="unknown", language="no such tag"),
        ],
    )
    done = export(
        archive, Wanted(form="huggingface", columns=("title", "bullets", "date"), until=None), tmp_path / "hub"
    )
    text = (tmp_path / "hub" / "README.md").read_text(encoding="utf-8")
    _, header, body = text.split("---\n", 2)
    assert 'language:\n- "de"\n- "en"\n' in header
    assert "size_categories:\n- n<1K\n" in header
    assert "path: data/*.parquet" in header
    for told in (
        "3 articles of 2 sources, published 2026-11-20 to 2026-11-22",
        "| quay\\|x | 1 |",
        "| `bullets` | list<string> | 33.3 % |",
        "| `date` | date32[day] | 66.6 % |",
        "| noai | 1 |",
        "| test 1 | 3 |",
        f"version {done.version} of",
    ):
        assert told in body, told
    assert pq.read_table(tmp_path / "hub" / "data").column_names == ["title", "bullets", "date"]


def test_words_of_schema_org(archive: Archive, tmp_path: Path) -> None:
    filled(
        archive,
        [
            article(1, date=DAY, date_published=NOON, utc_offset=60, authors=("Ann Quay",), bullets=("a",),
                    kind="opinion", access="paywalled", publisher="The Quay",
                    image_url="http://harbour.test/i.jpg", image_caption="A quay"),
            article(2, date=DAY, access="metered"),
        ],
    )  # fmt: skip
    export(archive, Wanted(form="jsonl", terms=True), tmp_path / "a.jsonl")
    one, two = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert one == {
        "@context": "https://schema.org", "@type": "OpinionNewsArticle", "identifier": f"{1:032x}",
        "url": "http://harbour.test/1", "mainEntityOfPage": "http://harbour.test/1",
        "publisher": {"@type": "Organization", "name": "The Quay"}, "headline": "Ferry number 1 is late",
        "datePublished": "2026-11-22T13:00:00+01:00", "abstract": ["a"], "articleBody": "The ferry was late again.",
        "author": [{"name": "Ann Quay"}],
        "image": {"@type": "ImageObject", "url": "http://harbour.test/i.jpg", "caption": "A quay"},
        "isAccessibleForFree": False, "wordCount": 5,
    }  # fmt: skip
    assert (two["@type"], two["datePublished"]) == ("NewsArticle", "2026-11-20")
    assert "isAccessibleForFree" not in two
    export(archive, Wanted(terms=True, columns=("title", "date")), tmp_path / "a.parquet")
    assert pq.read_table(tmp_path / "a.parquet").column_names == ["@type", "headline", "datePublished"]
    export(archive, Wanted(form="csv", terms=True, columns=("access",)), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text().split() == [
        "@type,isAccessibleForFree",
        "OpinionNewsArticle,false",
        "NewsArticle,",
    ]


def test_json_ld_means_what_schema_org_says(archive: Archive, tmp_path: Path) -> None:
    """Expanded by a JSON-LD processor, every word is one of NewsArticle's; a word of ours would be another address."""
    from pyld import jsonld

    filled(
        archive,
        [
            article(
                1, date=DAY, authors=("Ann Quay",), tags=("x",), section="World", declared_canonical="http://a.test/"
            )
        ],
    )
    export(archive, Wanted(form="jsonl", terms=True), tmp_path / "a.jsonl")
    document = json.loads((tmp_path / "a.jsonl").read_text())
    context = {"@context": {"@vocab": "https://schema.org/"}}

    def loader(url: str, _: object) -> dict[str, object]:
        assert url == "https://schema.org"
        return {"contextUrl": None, "documentUrl": url, "document": context}

    (expanded,) = jsonld.expand(document, {"documentLoader": loader})
    assert expanded["@type"] == ["https://schema.org/NewsArticle"]
    # https://schema.org/NewsArticle: its own properties and those of Article, CreativeWork and Thing.
    known = {
        "abstract", "articleBody", "articleSection", "author", "dateModified", "datePublished", "description",
        "headline", "identifier", "image", "inLanguage", "isAccessibleForFree", "isBasedOn", "keywords",
        "mainEntityOfPage", "name", "publisher", "url", "wordCount",
    }  # fmt: skip
    words = {word.removeprefix("https://schema.org/") for word in expanded if not word.startswith("@")}
    assert words <= known
    assert {"headline", "articleBody", "author", "keywords", "isBasedOn"} <= words


def test_a_manifest_holds_no_text(archive: Archive, tmp_path: Path) -> None:
    run = begin(archive)
    _, kept = fetch(
        run, exchange("http://harbour.test/a", html("Ferries are late")), History.load(archive, ["harbour"])
    )
    assert kept is not None
    run.record(capture(7, at=minutes(3)), article(7))
    run.finish()
    done = export(archive, Wanted(manifest=True), tmp_path / "m.parquet")
    rows = pq.read_table(tmp_path / "m.parquet").to_pylist()
    assert list(rows[0]) == ["url", "requested_url", "id", "revision", "text_sha256", "payload_digest", "date_crawled",
                             "date", "source", "language"]  # fmt: skip
    by = {row["url"]: row for row in rows}
    fetched = by["http://harbour.test/a"]
    assert done.rows == 2
    assert fetched["payload_digest"].startswith("sha1:")
    assert fetched["text_sha256"] == text_hash(kept.title, kept.bullets, kept.body)
    assert fetched["text_sha256"] == hashlib.sha256(f"{kept.title}\n\n{kept.body}".encode()).hexdigest()
    assert by["http://harbour.test/7"]["payload_digest"] is None, "what was not captured has no digest"
    assert b"nobody on the quay" not in (tmp_path / "m.parquet").read_bytes()


def test_what_is_there_is_replaced_only_by_force(harbour: Archive, tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_text("mine")
    with pytest.raises(NotWritten, match="--force"):
        export(harbour, Wanted(form="csv"), target)
    assert target.read_text() == "mine"
    export(harbour, Wanted(form="csv"), target, force=True)
    assert target.read_text().startswith("row,id,")
    for _ in range(2):
        export(harbour, Wanted(file_size=10**6), tmp_path / "folder", force=True)
    with pytest.raises(NotWritten, match="--force"):
        export(harbour, Wanted(file_size=10**6), tmp_path / "folder")
    (tmp_path / "folder" / "thesis.tex").write_text("mine")
    with pytest.raises(NotWritten, match=r"thesis\.tex"):
        export(harbour, Wanted(file_size=10**6), tmp_path / "folder", force=True)
    with pytest.raises(NotWritten, match="there is no folder"):
        export(harbour, Wanted(), tmp_path / "no" / "a.parquet")
    assert not list(tmp_path.glob(".*"))


def test_half_an_export_is_none(harbour: Archive, tmp_path: Path) -> None:
    def interrupted(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    target = tmp_path / "a.parquet"
    target.write_text("earlier")
    with pytest.raises(KeyboardInterrupt):
        export(harbour, Wanted(), target, force=True, said=interrupted)
    assert target.read_text() == "earlier"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet"]


def test_what_a_kill_left_is_taken_away_and_what_it_moved_put_back(tmp_path: Path) -> None:
    left = tmp_path / ".all.partial"
    (left / "replaced").mkdir(parents=True)
    (left / "replaced" / "part-00001.parquet").write_text("earlier")
    (left / "sorting").mkdir()
    (left / "sorting" / "bucket-000.arrow").write_text("half")
    with written(tmp_path / "all", force=False) as (whole, aside):
        assert not whole.exists()
        assert not list(aside.iterdir())
    assert (tmp_path / "all" / "part-00001.parquet").read_text() == "earlier"
    assert not left.exists()


def test_two_exports_to_one_place_do_not_meet(harbour: Archive, tmp_path: Path) -> None:
    (tmp_path / ".a.parquet.partial").mkdir()
    held = try_lock(tmp_path / ".a.parquet.partial" / "lock", holder="another")
    assert held is not None
    with pytest.raises(NotWritten, match="another export"):
        export(harbour, Wanted(), tmp_path / "a.parquet")
    held.release()
    assert export(harbour, Wanted(), tmp_path / "a.parquet").rows == 39


def test_a_disk_that_refuses_is_told(harbour: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from storage.export import sinks

    def full(_self: object, _rows: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sinks.ParquetSink, "write", full)
    with pytest.raises(NotWritten, match="No space left on device"):
        export(harbour, Wanted(), tmp_path / "a.parquet")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("place", ["a.parquet", "articles/a.parquet", "../archive/exports"])
def test_nothing_is_written_into_the_archive_itself(harbour: Archive, place: str) -> None:
    before = sorted(harbour.local.rglob("*"))
    with pytest.raises(NotWritten, match="lies within the archive"):
        export(harbour, Wanted(), harbour.local / place)
    assert sorted(harbour.local.rglob("*")) == before


def test_reading_with_little_memory_gives_the_same_rows_in_the_same_order(harbour: Archive) -> None:
    rows = harbour.articles()
    usual, frugal = (pa.Table.from_batches(rows.to_batches(["row"], frugal=little)) for little in (False, True))
    assert usual["row"].to_pylist() == frugal["row"].to_pylist()
    assert len(frugal) == 39


def test_stretches_keep_their_rows() -> None:
    def tables() -> Iterator[pa.Table]:
        for first, last in ((0, 3), (3, 4), (4, 15)):
            yield pa.table({"n": list(range(first, last))})

    made = [table["n"].to_pylist() for table in order.stretches(tables(), 4)]
    assert [len(one) for one in made] == [4, 4, 4, 3]
    assert [number for one in made for number in one] == list(range(15))


def test_exporting_needs_neither_scrapy_nor_trafilatura() -> None:
    heavy = "{'scrapy', 'trafilatura', 'dateparser'}"
    code = f"import sys, storage.export; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
