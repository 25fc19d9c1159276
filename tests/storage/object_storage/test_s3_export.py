"""An archive on S3 is exported byte for byte as the same archive in a folder is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from crawler.cli import main
from pipelines.clusters import cluster
from storage.archive import Archive
from storage.export import Wanted, export, order
from storage.records import Article
from storage.remote import Remote
from storage.schema import ARTICLES
from tests.archive_samples import article
from tests.pipelines.test_clusters import part, text


def filled(archive: Archive) -> Archive:
    """An archive of seven articles in two commits; one is a copy, one has an earlier revision."""
    whole = text(1)
    rows: list[Article] = [article(number, body=text(number), source="ab"[number % 2]) for number in range(1, 7)]
    later = replace(rows[1], row=rows[1].row + "z", title="Again")
    archive.append(ARTICLES, rows, run="someone", number=1)
    archive.append(ARTICLES, [later, article(7, body=part(whole, 0, 4), source="c")], run="someone", number=2)
    return archive


def test_it_gives_the_same_bytes_as_a_folder(folder: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there, here = filled(Archive.create(folder)), filled(Archive.create(tmp_path / "here"))
    monkeypatch.setattr(order, "BUCKET_BYTES", 4_000)
    exports = [export(one, Wanted(), tmp_path / name) for one, name in ((there, "a.parquet"), (here, "b.parquet"))]
    assert [done.rows for done in exports] == [7, 7]
    assert exports[0].files[0].sha256 == exports[1].files[0].sha256
    assert "Again" in pq.read_table(tmp_path / "a.parquet")["title"].to_pylist()


def test_the_command_takes_an_address_and_writes_to_this_machine(folder: Remote, tmp_path: Path) -> None:
    assert cluster(filled(Archive.create(folder))).copies == 1
    options = ["export", "--archive", str(folder), "--copies", "--where", "source = 'c'"]
    done = CliRunner().invoke(main, [*options, "-o", str(tmp_path / "c.parquet")])
    assert done.exit_code == 0, done.output
    (row,) = pq.read_table(tmp_path / "c.parquet").to_pylist()
    assert (row["role"], row["source"]) == ("copy", "c")
    refused = CliRunner().invoke(main, [*options, "-o", f"{folder}/c.parquet"])
    assert refused.exit_code == 2
    assert "export into a file or a folder, then copy it" in refused.stderr
