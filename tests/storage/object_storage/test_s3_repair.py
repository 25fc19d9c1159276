"""An archive on S3 is repaired as one in a folder: tables, logs, files and torn ends, and nothing is thrown away."""

from __future__ import annotations

from pipelines.repair import mend
from storage import compact, log, warc
from storage.archive import Archive
from storage.remote import Remote
from storage.schema import ARTICLES, CAPTURES
from storage.verify import verify
from tests.archive_samples import faults
from tests.damaged_archives import sound


def rows(archive: Archive) -> list[str]:
    """Every article, and every fetch without its batch, which a repair numbers anew."""
    names = [name for name in CAPTURES.schema.names if name != "batch"]
    fetches = [row for row in archive.captures().to_table(names).to_pylist() if row["warc_file"]]
    return sorted(map(str, fetches + archive.articles(all_revisions=True).to_table().to_pylist()))


def objects(folder: Remote) -> list[Remote]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_is_lost_or_damaged_on_s3_is_put_right(folder: Remote) -> None:
    archive = sound(Archive.create(folder))
    before = rows(archive)
    root = archive.root
    for path in objects(folder / "articles"):
        path.unlink()
    captures = [path for path in objects(folder / "captures") if path.suffix == ".parquet"]
    data = captures[0].read_bytes()
    captures[0].write_bytes(data[: len(data) // 2])
    newest = log.versions(root / "runs")[-1][1]
    newest.write_bytes(b"")
    last = list(warc.segments(root / "warc"))[-1]
    segment = root / "warc" / last
    torn = segment.read_bytes()
    segment.write_bytes(torn[:-5])
    assert {"table_missing", "file_damaged", "log_damaged", "record_torn"} <= set(verify(archive).tally())
    said: list[str] = []
    done = mend(archive, say=said.append)
    assert verify(archive).problems == ()
    assert faults(archive) == []
    assert rows(archive) == before
    assert done.aside is not None
    kept = {path.key.removeprefix(f"{folder.key}/aside/").partition("/")[2] for path in objects(folder / "aside")}
    assert {captures[0].key.removeprefix(f"{folder.key}/"), newest.key.removeprefix(f"{folder.key}/")} <= kept
    (tail,) = (path for path in objects(folder / "aside") if "@" in path.name)
    assert segment.read_bytes() + tail.read_bytes() == torn[:-5]
    assert mend(archive).moved == (), "a second repair finds nothing to do"


def test_a_lost_log_on_s3_brings_no_replaced_row_back(folder: Remote) -> None:
    archive = sound(Archive.create(folder))
    before = rows(archive)
    compact.compact(archive.root, many=1)
    for table in (ARTICLES, CAPTURES):
        for path in objects(folder / table.name / log.FOLDER):
            path.unlink()
    mend(archive)
    assert rows(archive) == before
    assert len(archive.captures().dataset().files) == 1
    assert verify(archive).problems == ()
