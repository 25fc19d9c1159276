"""Copies are told on S3 as in a folder."""

from __future__ import annotations

from pipelines.clusters import cluster
from storage.archive import Archive
from storage.remote import Remote
from storage.verify import verify
from tests.archive_samples import article
from tests.pipelines.test_clusters import groups, part, put, text


def test_new_articles_are_compared_with_those_on_s3(folder: Remote) -> None:
    archive = Archive.create(folder)
    put(archive, article(1, body=text(1)), article(2, body=text(2)))
    assert cluster(archive).compared == 2
    put(archive, article(3, body=part(text(1), 0, 4), source="b"))
    assert (cluster(archive).compared, groups(archive)) == (1, [[1, 3]])
    assert cluster(archive).run is None
    assert not [one for one in verify(archive, quick=True).problems if one.where.startswith("clusters")]
