from __future__ import annotations

import gzip
import io
import zlib

import brotli  # type: ignore[import-untyped]
import pytest

from pipelines.importing.candidates import Candidate, Damage, Left, as_stored, candidate
from pipelines.importing.reasons import REASONS
from pipelines.importing.wanted import Hosts, Wanted
from pipelines.pages import page_of
from pipelines.process import process
from storage.records import Article, Page
from storage.warc import DAMAGE_REASONS
from storage.warc.foreign import Feed, scan
from storage.warc.reader import Record
from tests.warc_corpus import HTTP, SITE, digest, page, record, response


def judged(given: bytes) -> Candidate | Left | Damage:
    """What one record is to an import of everything."""
    ((found, position),) = scan(Feed(io.BytesIO(given).read), "file")
    assert isinstance(found, Record)
    return candidate(found, position, hosts=Hosts((), Wanted()), wanted=Wanted(), max_page=1500)


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"


def coded(name: str, body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: " + name.encode() + b"\r\n\r\n"
    return record("response", head + body, url=f"{SITE}/1")


HALVES = (page(1)[:300], page(1)[300:])
AS_CHUNKS = b"".join(b"%x\r\n%b\r\n" % (len(half), half) for half in (*HALVES, b""))


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(response(1, http=CHUNKED, body=AS_CHUNKS), id="chunks left in"),
        pytest.param(response(1, http=CHUNKED), id="said to be chunked, and not"),
        pytest.param(coded("br", brotli.compress(page(1))), id="brotli"),
        pytest.param(coded("gzip", gzip.compress(page(1))), id="gzip"),
        pytest.param(coded("deflate", zlib.compress(page(1))), id="deflate"),
        pytest.param(coded("br", page(1)), id="said to be brotli, and not"),
        pytest.param(response(1, http=HTTP.replace(b"HTTP/1.1 200 OK", b"HTTP/2 200 ")), id="HTTP/2"),
        pytest.param(response(1, http=b"HTTP/1.1 200\r\n\r\n"), id="no headers"),
        pytest.param(response(1, http=HTTP.replace(b"\r\n", b"\n")), id="bare line ends"),
        pytest.param(response(1, url=f"<{SITE}/1>"), id="address in brackets"),
        pytest.param(response(1, date="2024-03-01T12:00:00.123456Z"), id="microseconds"),
        pytest.param(response(1, WARC_IP_Address="not an address"), id="no address of a host"),
        pytest.param(response(1, WARC_Payload_Digest="blake9:ABC"), id="unknown digest"),
        pytest.param(
            response(1, WARC_Payload_Digest="sha1:" + 32 * "A", WARC_Block_Digest=digest(HTTP + page(1))),
            id="right block, payload counted otherwise",
        ),
        pytest.param(response(1, WARC_JSON_Metadata='{"broadsheet":{"kind":"nonsense"}}'), id="our key, forged"),
    ],
)
def test_odd_records_are_read(given: bytes) -> None:
    found = judged(given)
    assert isinstance(found, Candidate)
    read = page_of(as_stored(found.exchange))
    assert isinstance(read, Page)
    article = process(read)
    assert isinstance(article, Article)
    assert (article.title, article.url) == ("Ferry number 1 is late", f"{SITE}/1")


@pytest.mark.parametrize(
    ("given", "fate"),
    [
        (response(1, WARC_Payload_Digest="sha1:" + 32 * "A"), "damaged digest_mismatch"),
        (response(1, date=None), "damaged not_a_record"),
        (response(1, date="yesterday"), "damaged not_a_record"),
        (response(1, http=b"nonsense\r\n\r\n"), "damaged not_a_response"),
        (response(1, http=HTTP.replace(b"200", b"404")), "skipped no_page"),
        (response(1, http=HTTP.replace(b"200", b"301")), "skipped no_page"),
        (response(1, url="dns:www.courier.example"), "skipped not_web"),
        (response(1, url="urn:page:1"), "skipped not_web"),
        (response(1, http=HTTP.replace(b"text/html", b"image/png")), "skipped other_type"),
        (response(1, WARC_Truncated="disconnect"), "skipped cut_short"),
        (response(1, body=bytes(2000)), "skipped over_limit"),
        (record("resource", page(1), url=f"{SITE}/1"), "skipped other_record"),
        (response(1, WARC_Payload_Digest="md5:5d41402abc4b2a76b9719d911017c592"), "damaged digest_mismatch"),
    ],
)
def test_what_is_left_out_has_a_reason(given: bytes, fate: str) -> None:
    found = judged(given)
    assert not isinstance(found, Candidate)
    assert f"{'damaged' if isinstance(found, Damage) else 'skipped'} {found.reason}" == fate
    assert found.reason in REASONS | DAMAGE_REASONS or found.reason == "cut_short"
