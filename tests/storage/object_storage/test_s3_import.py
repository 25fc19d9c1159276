from __future__ import annotations

import obstore
import pytest

from pipelines.importing.download import InputError
from pipelines.importing.inputs import described, expand
from pipelines.importing.job import import_files
from pipelines.importing.task import Task
from storage import open_archive
from storage.bucket import Bucket
from storage.places import address
from tests.storage.object_storage.conftest import BUCKET
from tests.warc_corpus import members, response


@pytest.mark.usefixtures("s3")
def test_files_in_a_bucket_become_an_archive_in_a_bucket() -> None:
    store = Bucket(BUCKET).store
    for number in (1, 2):
        obstore.put(store, f"crawls/day/{number}.warc.gz", members([response(number)]))
    obstore.put(store, "crawls/day/notes.md", b"-")
    found = expand([f"s3://{BUCKET}/crawls/day/"], agent="test")
    assert found == [f"s3://{BUCKET}/crawls/day/{number}.warc.gz" for number in (1, 2)]
    inputs = tuple(described(one, agent="test") for one in found)
    place = address(f"s3://{BUCKET}/imported")
    report = import_files(Task(archive=place, inputs=inputs, workers=0, digest="d"))
    assert [file.outcome for file in report.files] == ["done", "done"]
    assert open_archive(place).articles().count_rows() == 2
    again = import_files(Task(archive=place, inputs=inputs, workers=0, digest="d"))
    assert [file.outcome for file in again.files] == ["already", "already"]
    with pytest.raises(InputError, match="holds no file"):
        expand([f"s3://{BUCKET}/nothing/"], agent="test")
    with pytest.raises(InputError, match="cannot be read"):
        described(f"s3://{BUCKET}/nothing.warc.gz", agent="test")
