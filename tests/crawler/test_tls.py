"""Certificates are verified, and a row says what was wrong with one."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow.compute as pc
import pytest
import trustme

import storage
from storage.records import Capture
from storage.schema import captures_from_arrow

HERE = Path(__file__).parent
COMMAND = (sys.executable, "-c", "from crawler.cli import main; main(prog_name='broadsheet')", "crawl")
SITEMAP = b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>'


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = self.path == "/sitemap.xml"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(SITEMAP) if found else 0))
        self.end_headers()
        if found:
            self.wfile.write(SITEMAP)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that turns away at the handshake is what is tested."""


@contextlib.contextmanager
def serving(context: ssl.SSLContext | None) -> Iterator[int]:
    """A web server on loopback; its port. Without a context it answers a TLS handshake in plain HTTP."""
    server = _Server(("127.0.0.1", 0), _Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(ca: trustme.CA, host: str, *, days: int = 1, maximum: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(host, not_after=dt.datetime.now(dt.UTC) + dt.timedelta(days=days)).configure_cert(context)
    if maximum is not None:
        context.minimum_version = maximum
        context.maximum_version = maximum
    return context


@pytest.fixture(scope="module")
def fates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Capture]:
    """What became of the entrance of each of a few hosts, by host."""
    folder = tmp_path_factory.mktemp("tls")
    known, unknown = trustme.CA(), trustme.CA()
    known.cert_pem.write_to_path(str(folder / "ca.pem"))
    contexts = {
        "good": certificate(known, "good.test"),
        "expired": certificate(known, "expired.test", days=-1),
        "stranger": certificate(unknown, "stranger.test"),
        "other": certificate(known, "another.test"),
        "plain": None,
    }
    with contextlib.ExitStack() as stack:
        ports = {name: stack.enter_context(serving(context)) for name, context in contexts.items()}
        hosts = ", ".join(f'"{name}.test:{port}"' for name, port in ports.items())
        text = '[archive]\npath = "archive"\n[crawl]\ncontact = "mailto:a@tls.test"\n'
        text += 'delay = "0s"\nretries = 0\nworkers = 1\n'
        text += f"allow_private = [{hosts}]\n"
        for name, port in ports.items():
            text += f'[[source]]\nname = "{name}"\nentrances = ["https://{name}.test:{port}/sitemap.xml"]\n'
        (folder / "broadsheet.toml").write_text(text, encoding="utf-8")
        clean = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        env = {**clean, "PYTHONPATH": str(HERE), "SSL_CERT_FILE": str(folder / "ca.pem")}
        done = subprocess.run(
            [*COMMAND, "-s", "TWISTED_DNS_RESOLVER=loopback_dns.LoopbackResolver"],
            cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=100,
        )  # fmt: skip
    assert done.returncode == 3, done.stdout + done.stderr
    for line in done.stdout.splitlines():
        assert "Failed" not in line, done.stdout
    table = storage.open_archive(folder / "archive").captures().to_table(filter=pc.field("kind") == "robots")
    return {row.source: row for row in captures_from_arrow(table)}


def test_a_sound_certificate_is_taken(fates: dict[str, Capture]) -> None:
    assert (fates["good"].outcome, fates["good"].status) == ("fetched", 404)


@pytest.mark.parametrize(
    ("host", "words"),
    [
        pytest.param("expired", "expired", id="expired"),
        pytest.param("stranger", "issuer", id="signed by nobody we know"),
        pytest.param("other", "another host", id="another host's"),
        pytest.param("plain", "no TLS", id="no TLS at all"),
    ],
)
def test_a_certificate_that_is_not_is_named(fates: dict[str, Capture], host: str, words: str) -> None:
    row = fates[host]
    assert (row.outcome, row.reason) == ("failed", "tls"), row.detail
    assert words in (row.detail or "")
