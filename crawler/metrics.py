"""A run in numbers for Prometheus: as a text file for the node exporter, or on a port while the run goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from crawler.crawled import Crawled
from crawler.progress import FATES
from crawler.provenance import VERSION

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# A file is read every quarter of a minute or so, and written for it every minute; a port is asked whenever one likes.
FILE_SECONDS, PORT_SECONDS = 60.0, 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A gauge: its help, which the page ``docs/metrics.md`` repeats, and the names of its labels."""

    help: str
    labels: tuple[str, ...] = ()


METRICS: Mapping[str, Metric] = {
    "broadsheet_build_info": Metric(help="Always 1; the version is a label.", labels=("version",)),
    "broadsheet_run_started_timestamp_seconds": Metric(help="When the last run, or the present one, began."),
    "broadsheet_run_finished_timestamp_seconds": Metric(help="When it ended; absent while it goes on."),
    "broadsheet_run_exit_code": Metric(help="Its exit code; absent while it goes on."),
    "broadsheet_run_sources": Metric(help="Sources that it crawls."),
    "broadsheet_run_sources_left_out": Metric(
        help="Sources that it leaves out, by why: disabled, busy (another run has them).", labels=("why",)
    ),
    "broadsheet_run_announced": Metric(help="Addresses that its entrances announced.", labels=("source",)),
    "broadsheet_run_unsettled": Metric(help="Addresses that have no fate in it yet."),
    "broadsheet_run_pages": Metric(
        help="Addresses that met a fate in it; the reason is empty where the outcome says all.",
        labels=("source", "outcome", "reason"),
    ),
    "broadsheet_run_entrances": Metric(help="Polls of entrances in it, by outcome.", labels=("source", "outcome")),
    "broadsheet_run_bugs": Metric(help="Mistakes of Broadsheet that it met; it ends as failed where there is one."),
    "broadsheet_source_unwell": Metric(
        help="1 for each code by which a source is unlike its own past; known is true where it is acknowledged.",
        labels=("source", "code", "known"),
    ),
}
"""Every metric. All are gauges of one run: a run is a process of its own, and nothing counts on to the next."""


def exposition(session: Crawled, code: int | None = None) -> str:
    """The metrics of a run in Prometheus' text format; ``code`` is its exit code, None while it goes on."""
    lines: list[str] = []
    for name, samples in _samples(session, code).items():
        lines += [f"# HELP {name} {METRICS[name].help}", f"# TYPE {name} gauge"]
        lines += [f"{name}{_labels(name, labels)} {value!r}" for labels, value in samples]
    return "\n".join(lines) + "\n"


_Samples = list[tuple[tuple[str, ...], float]]


def _samples(session: Crawled, code: int | None) -> dict[str, _Samples]:
    found: dict[str, _Samples] = {name: [] for name in METRICS}
    found["broadsheet_build_info"] = [((VERSION,), 1.0)]
    found["broadsheet_run_started_timestamp_seconds"] = [((), session.run.started_at.timestamp())]
    if code is not None:
        found["broadsheet_run_finished_timestamp_seconds"] = [((), time.time())]
        found["broadsheet_run_exit_code"] = [((), float(code))]
    found["broadsheet_run_sources"] = [((), float(len(session.sources)))]
    disabled, busy = len(session.config.disabled), len(session.busy)
    found["broadsheet_run_sources_left_out"] = [(("disabled",), float(disabled)), (("busy",), float(busy))]
    found["broadsheet_run_unsettled"] = [((), float(session.unsettled))]
    found["broadsheet_run_bugs"] = [((), float(len(session.bugs)))]
    entrances: dict[tuple[str, str], int] = {}
    announced: dict[str, int] = {}
    for (source, what, reason), count in sorted(session.tallies.items(), key=str):
        if what in FATES:
            found["broadsheet_run_pages"].append(((source, what, reason or ""), float(count)))
        elif what == "announced":
            announced[source] = announced.get(source, 0) + count
        elif what.startswith("entrance "):
            place = source, what.removeprefix("entrance ")
            entrances[place] = entrances.get(place, 0) + count
    found["broadsheet_run_announced"] = [((source,), float(count)) for source, count in announced.items()]
    found["broadsheet_run_entrances"] = [(place, float(count)) for place, count in entrances.items()]
    if session.health is not None:
        told = session.health
        unwell = [(one, "false") for one in told.alarms] + [(one, "true") for one, _ in told.known]
        places = dict.fromkeys((one.source, one.code, known) for one, known in unwell)
        found["broadsheet_source_unwell"] = [(place, 1.0) for place in places]
    return {name: samples for name, samples in found.items() if samples}


def _labels(name: str, values: Iterable[str]) -> str:
    pairs = [f'{label}="{_escaped(value)}"' for label, value in zip(METRICS[name].labels, values, strict=True)]
    return f"{{{','.join(pairs)}}}" if pairs else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class Exporter:
    """Keeps the metrics of a run where Prometheus reads them, from its beginning to its end.

    ``textfile`` is written whole or not at all, each minute and at the end; ``server`` answers until the run ends.
    """

    def __init__(self, textfile: Path | None, server: Server | None) -> None:
        self._textfile = textfile
        self._server = server
        self._due = {"file": 0.0, "port": 0.0}

    def show(self, session: Crawled) -> None:
        """Bring them up to date where it is time to."""
        now = time.monotonic()
        wanted = [one for one in self._wanted() if now >= self._due[one]]
        if wanted:
            self._tell(session, exposition(session), wanted)
            for one in wanted:
                self._due[one] = now + (FILE_SECONDS if one == "file" else PORT_SECONDS)

    def close(self, session: Crawled) -> None:
        """Nothing: how a run ended is known a little later, in :meth:`ended`."""

    def ended(self, session: Crawled, code: int) -> None:
        """Tell how it ended, and stop answering."""
        self._tell(session, exposition(session, code), list(self._wanted()))
        if self._server is not None:
            self._server.stop()

    def _wanted(self) -> Iterator[str]:
        if self._textfile is not None:
            yield "file"
        if self._server is not None:
            yield "port"

    def _tell(self, session: Crawled, text: str, wanted: list[str]) -> None:
        if self._server is not None and "port" in wanted:
            self._server.text = text
        if self._textfile is not None and "file" in wanted:
            try:
                write(self._textfile, text)
            except OSError as error:
                line = f"the metrics cannot be written to {self._textfile}: {error.strerror or error}"
                if line not in session.warnings:
                    session.warnings.append(line)


def write(path: Path, text: str) -> None:
    """Put ``text`` in the place of a file, at once. Raises OSError."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


class Server:
    """Answers ``GET /metrics`` with :attr:`text` from a thread of its own, until :meth:`stop`.

    Raises OSError where the address cannot be listened on.
    """

    def __init__(self, host: str, port: int) -> None:
        self.text = ""
        self._http = ThreadingHTTPServer((host, port), self._handler())
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.1,), name="metrics", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._http.server_address[1])

    def stop(self) -> None:
        """Close the port."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = self.path.partition("?")[0] == "/metrics"
                body = server.text.encode() if found else b"ask for /metrics\n"
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", CONTENT_TYPE)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Whoever asks is no event."""

        return Handler
