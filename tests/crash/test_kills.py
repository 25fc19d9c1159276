"""``kill -9`` at random moments of a crawl: no page that reached the disk is lost, and no row stands twice.

``BROADSHEET_KILLS`` sets how many runs are killed.
"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pyarrow.compute as pc
import pytest

from crawler.demo import DemoServer
from storage.archive import Archive
from storage.schema import ARTICLES, CAPTURES
from tests.archive_samples import HOST, article, capture, minutes
from tests.crash.harness import differences, other_fates, trials

KILLS = int(os.environ.get("BROADSHEET_KILLS", "6"))


@pytest.mark.timeout(120 + 20 * KILLS)
def test_a_killed_crawl_is_made_whole_by_the_next(demo_server: DemoServer, tmp_path: Path) -> None:
    found = list(trials(KILLS, seed=20261122, folder=tmp_path, server=demo_server))
    assert [wrong for trial in found for wrong in trial.wrong] == []
    assert sum(trial.kills for trial in found) >= KILLS // 2
    assert sum(trial.recovered for trial in found) >= KILLS // 3


def test_another_text_a_lost_one_and_a_row_too_many_are_told(whole: Archive, copy: Archive) -> None:
    assert list(differences(copy, whole)) == []
    own = copy.articles().to_table(filter=pc.field("url") == f"{HOST}/1").to_pylist()[0]
    row = article(1, id=own["id"], row="9", revision="other", warc_file="x", warc_offset=1, warc_length=1)
    copy.append(ARTICLES, [row], run="stranger", number=1)
    assert [one.partition(":")[0] for one in differences(copy, whole)] == [
        "missing (current)",
        "not in an undisturbed archive (current)",
        "not in an undisturbed archive",
    ]
    assert [one.partition(":")[0] for one in differences(whole, copy)][-1] == "missing"


def test_a_twin_that_was_kept_first_is_no_difference(archive: Archive, tmp_path: Path) -> None:
    """One crawl met the page, then its print version, which is noted only; another met them the other way round."""
    other = Archive.create(tmp_path / "other")
    page, twin = article(1), article(1, row="20261122T115900.000001Z-0", revision="print")
    archive.append(ARTICLES, [page], run="a", number=1)
    other.append(ARTICLES, [twin, dataclasses.replace(page, warnings=("replaces_twin",))], run="a", number=1)
    assert next(differences(archive, other)).startswith("missing: "), "who has not met the print version lacks it"
    met = capture(1, requested_url=f"{HOST}/1/print", outcome="unchanged", reason="alias", revision="print")
    archive.append(CAPTURES, [met], run="a", number=1)
    assert list(differences(archive, other)) == list(differences(other, archive)) == []


def test_another_value_in_a_column_is_told_where_the_page_decides_it(archive: Archive, tmp_path: Path) -> None:
    other, third = Archive.create(tmp_path / "other"), Archive.create(tmp_path / "third")
    page, fate = article(1, warc_file="a", warc_offset=1, warc_length=9), capture(1, announced_kind="feed")
    later = dataclasses.replace(page, row="later", run="b", date_crawled=minutes(9), warc_file="b", warc_offset=2)
    for one, row, met in (
        (archive, page, fate),
        (other, later, dataclasses.replace(fate, at=minutes(9), run="b", announced_kind="sitemap")),
        (third, dataclasses.replace(later, authors=("Ada Quay",)), dataclasses.replace(fate, title="Another")),
    ):
        one.append(ARTICLES, [row], run="a", number=1)
        one.append(CAPTURES, [met], run="a", number=1)
    assert [*differences(archive, other), *other_fates(archive, other)] == []
    (told,) = differences(third, archive)
    assert told.endswith("authors \"['Ada Quay']\" for '[]'")
    (told,) = other_fates(third, archive)
    assert told.endswith("title 'Another' for None")
