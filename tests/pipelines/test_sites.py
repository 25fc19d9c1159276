from __future__ import annotations

import pyarrow as pa
import pytest

from pipelines.importing.parts import Share
from pipelines.importing.wanted import Part, Source
from pipelines.sites import Sites
from storage.records import SiteRules

SOURCES = (Source(rules=SiteRules(name="islands"), hosts=frozenset({"harbour.test", "island.example"})),)
ADDRESSES = (
    "https://www.harbour.test/1",
    "http://HARBOUR.test:80/2?from=feed",
    "https://island.example#top",
    "https://meadow.example",
    "https://meadow.example/a?u=https://harbour.test/",
    "https://someone@quay.test/",
    "http://[2001:db8::1]/x",
)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_it_tells_of_a_column_what_a_share_tells_of_each_address(number: int) -> None:
    share = Share(Part(number=number, of=3), SOURCES)
    sites = Sites(share.owns)
    one_by_one = [share.owns(url) for url in ADDRESSES]
    assert sites.own(pa.array(ADDRESSES)).tolist() == one_by_one
    assert sites.own(pa.chunked_array([ADDRESSES[:2], ADDRESSES[2:]])).tolist() == one_by_one


def test_what_has_no_authority_may_matter_to_anybody_and_a_null_to_nobody() -> None:
    asked: list[str] = []

    def owns(url: str) -> bool:
        asked.append(url)
        return False

    sites = Sites(owns)
    column = pa.array(["urn:x:1", None, "https://a.test/1", "https://a.test/2"])
    assert sites.own(column).tolist() == [True, False, False, False]
    assert sites.own(column).tolist() == [True, False, False, False]
    assert asked == ["http://a.test/"], "each host is asked after once"
    assert sites.own(pa.array([], pa.string())).tolist() == []
