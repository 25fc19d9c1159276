"""An archive of an older format on S3 is brought up to date where it lies."""

from __future__ import annotations

import json
from pathlib import Path

from storage import marker, migrations, places
from storage.archive import Archive
from storage.marker import FORMAT, Marker


def test_an_older_archive_is_brought_up_to_date(where: str, tmp_path: Path) -> None:
    archive = Archive.create(where, spool=tmp_path / "spool")
    places.write(archive.root / marker.NAME, json.dumps({"format": 1}).encode())
    assert migrations.migrate(archive)
    assert marker.read(archive.root) == Marker(format=FORMAT)
    assert migrations.migrate(archive) == ()
