"""WARC files that others wrote, into the archive: every page through the pure function, by the commit protocol.

A page is extracted first and then written: what is not wanted never enters the WARC, and a kill costs what was not
written, which the next import of the same file takes again. From the record in our own WARC on, recovery, repair and
removal treat it as one of a crawl.
"""

from __future__ import annotations

import dataclasses
import time
from collections import Counter, deque
from collections.abc import Iterator

from pipelines import forgotten, outcomes
from pipelines.fates import fates
from pipelines.history import History, UrlState, Verdict
from pipelines.importing.candidates import Candidate, Damage, Left, as_stored, candidate, reserved
from pipelines.importing.inputs import Input, opened
from pipelines.importing.originals import Originals
from pipelines.importing.parts import Share
from pipelines.importing.reasons import BUSY, DAMAGED, SKIPPED, WANTED
from pipelines.importing.seen import Seen
from pipelines.importing.task import NAMED, Progress, Task, Watch
from pipelines.importing.wanted import Hosts
from pipelines.pages import earlier_page, page_of
from pipelines.process import row_of
from pipelines.readings import Reading, Submit
from storage import warc
from storage.archive import Archive, Run
from storage.records import Article, Capture, Page, Rejection, Tally, WarcPosition
from storage.tombstones import Tombstones
from storage.warc import DamagedRecord, StoredResponse, WarcDamage, Withheld
from storage.warc.foreign import Feed, scan

# Pages under way at once: so many that workers have something to do while a batch is committed or a page takes long.
AHEAD_PAGES = 256
AHEAD_BYTES = 128 * 1024 * 1024


@dataclasses.dataclass(slots=True, kw_only=True)
class _Waiting:
    """A page whose turn comes: with its extraction where it takes one, or with what keeps it out."""

    found: Candidate
    stored: StoredResponse
    reading: Reading | None = None
    withheld: tuple[str, tuple[str, ...]] | None = None

    @property
    def size(self) -> int:
        """The bytes that it holds in memory: its payload, and the page that was decoded from it."""
        page = self.reading.page if self.reading is not None else None
        return len(self.stored.payload) + (len(page.body) if isinstance(page, Page) else 0)


class FileImport:
    """One file on its way into the archive. ``run`` is None for a dry run, which writes and extracts nothing."""

    def __init__(
        self,
        task: Task,
        file: Input,
        *,
        archive: Archive | None,
        run: Run | None,
        hosts: Hosts,
        history: History,
        seen: Seen,
        stones: Tombstones,
        submit: Submit,
        busy: frozenset[str] = frozenset(),
        limit: int | None = None,
        watch: Watch = lambda _: False,
        share: Share | None = None,
        originals: Originals | None = None,
    ) -> None:
        self._originals = originals
        self._share = share
        self._task = task
        self._file = file
        self._archive = archive
        self._run = run
        self._hosts = hosts
        self._history = history
        self._seen = seen
        self._stones = stones
        self._submit = submit
        self._busy = busy
        self._limit = limit
        self._watch = watch
        self._labels: dict[str, WarcPosition] = {}
        self._committed = time.monotonic()
        self._pages = 0
        self.tallies: Counter[tuple[str, str, str | None]] = Counter()
        self.damage: list[DamagedRecord] = []
        self.bugs: list[str] = []
        self.read = 0
        self.taken = 0
        self.archived = 0
        self.limited = False
        self.stopped = False

    def read_all(self) -> None:
        """Take over what the file holds, up to the limit.

        Raises NoWarc where it holds no records, InputError where it cannot be read, CommitFailed where the archive
        cannot be written.
        """
        with opened(self._file, agent=self._task.software) as read:
            waiting: deque[_Waiting] = deque()
            held = 0
            for one in self._candidates(Feed(read)):
                waiting.append(one)
                held += one.size
                while waiting and (len(waiting) > AHEAD_PAGES or held > AHEAD_BYTES):
                    held -= self._next(waiting)
                while waiting and self._is_enough(self.taken + len(waiting)):
                    held -= self._next(waiting)
                if self._is_enough(self.taken):
                    self.limited = True
                    break
            while waiting:
                self._next(waiting)

    def _next(self, waiting: deque[_Waiting]) -> int:
        one = waiting.popleft()
        size = one.size
        self._settle(one)
        self._commit_if_due()
        return size

    def _is_enough(self, pages: int) -> bool:
        return self._limit is not None and pages >= self._limit

    def tally_rows(self) -> tuple[Tally, ...]:
        """The tallies as the run's row holds them."""
        return tuple(
            Tally(source=source, outcome=outcome, reason=reason, count=count)
            for (source, outcome, reason), count in sorted(self.tallies.items(), key=str)
        )

    def _skip(self, source: str, reason: str) -> None:
        self.tallies[source, SKIPPED, reason] += 1

    def _damaged(self, record: DamagedRecord) -> None:
        self.tallies["", DAMAGED, record.reason] += 1
        if len(self.damage) < NAMED:
            self.damage.append(record)

    def _candidates(self, feed: Feed) -> Iterator[_Waiting]:
        """The pages of the file that nothing keeps out so far, their extraction under way."""
        for record, position in scan(feed, self._file.name):
            self.read = feed.offset
            seen = Progress(input=self._file, read=feed.offset, taken=self.taken, archived=self.archived)
            if self._watch(seen):
                self.stopped = True
                return
            if isinstance(record, DamagedRecord):
                if self._share is None or self._share.first:
                    self._damaged(record)
                continue
            if self._share is not None and not self._share.takes(record):
                continue
            found = candidate(
                record, position, hosts=self._hosts, wanted=self._task.wanted, max_page=self._task.max_page
            )
            if isinstance(found, Damage):
                self._damaged(
                    DamagedRecord(
                        file=position.file,
                        offset=position.offset,
                        length=position.length,
                        reason=found.reason,
                        detail=found.detail,
                    )
                )
            elif isinstance(found, Left):
                self._skip(found.source, found.reason)
            else:
                yield from self._begun(found)
        self.read = feed.offset

    def _begun(self, found: Candidate) -> Iterator[_Waiting]:
        """The page with its extraction under way, or nothing where something keeps it out already."""
        if found.source.name in self._busy:
            self._skip(found.source.name, BUSY)
            return
        stored = as_stored(found.exchange, found.digest)
        digest = stored.payload_digest if found.refers_to is None else (found.label or "")
        if self._seen.holds(found.url, stored.fetched_at, digest):
            self._skip(found.source.name, "known_record")
            return
        if self._stones and forgotten.is_one(self._stones, found.exchange, limit=self._task.max_page):
            self.tallies[found.source.name, "refused", "forgotten"] += 1
            return
        waiting = _Waiting(found=found, stored=stored)
        if found.refers_to is None:
            self._seen.add(found.url, stored.fetched_at, digest)
            waiting.withheld = reserved(found, limit=self._task.max_page)
            known = self._history.get(found.url)
            if (
                waiting.withheld is None
                and outcomes.of_status(stored, known) is None
                and outcomes.of_payload(stored, known) is None
            ):
                waiting.reading = self._reading(stored)
        yield waiting

    def _reading(self, stored: StoredResponse) -> Reading | None:
        return Reading(page_of(stored, limit=self._task.max_page), self._submit) if self._run is not None else None

    def _settle(self, one: _Waiting) -> None:
        """Decide what the page is beside all that came before it, and write it."""
        found = one.found
        if found.refers_to is not None:
            original = self._original_of(found)
            if original is None:
                self._skip(found.source.name, "lost_original")
                return
            self._begin_revisit(one, found.with_payload_of(original))
            if one.found.refers_to is not None:
                return
        if self._run is None:
            fate = (WANTED, None) if one.withheld is None else ("refused", one.withheld[0])
            self.tallies[one.found.source.name, *fate] += 1
            self.taken += 1
            return
        if one.withheld is not None:
            self._withhold(self._run, one, *one.withheld)
            return
        known = self._history.get(one.found.url)
        verdict = outcomes.of_status(one.stored, known) or outcomes.of_payload(one.stored, known)
        if verdict is not None:
            capture = self._write(self._run, one, known)
            self._record(self._run, outcomes.settle(capture, verdict, known=known, failed_at=one.stored))
            return
        reading = one.reading or self._reading(one.stored)
        if reading is not None:
            self._keep(self._run, one, reading, known)

    def _begin_revisit(self, one: _Waiting, found: Candidate) -> None:
        """Give a revisit its payload, unless the archive has that page by now."""
        stored = as_stored(found.exchange)
        if self._seen.holds(found.url, stored.fetched_at, stored.payload_digest):
            self._skip(found.source.name, "known_record")
            return
        self._seen.add(found.url, stored.fetched_at, stored.payload_digest)
        one.found, one.stored = found, stored
        one.withheld = reserved(found, limit=self._task.max_page)

    def _original_of(self, found: Candidate) -> StoredResponse | None:
        """The record in our WARC that holds the payload which a revisit stands for, or None."""
        place = self._labels.get(found.label or "")
        for url in (found.refers_to or "", found.url):
            known = self._history.get(url)
            if place is None and known is not None and known.payload_digest == found.label:
                place = known.warc
        other = found.refers_to or ""
        if place is None and self._share is not None and self._originals is not None and not self._share.owns(other):
            place = self._originals.of(other, found.label or "")
        return self._stored_at(place)

    def _stored_at(self, place: WarcPosition | None) -> StoredResponse | None:
        if place is None or self._archive is None:
            return None
        try:
            return warc.read(self._archive.warc, place)
        except WarcDamage:
            return None

    def _keep(self, run: Run, one: _Waiting, reading: Reading, known: UrlState | None) -> None:
        """Write a page that was extracted, and the rows that it makes."""
        name, url = one.found.source.name, one.found.url
        result: Article | Rejection | None
        bug = ""
        try:
            result = reading.result()
        except Exception as error:  # noqa: BLE001 - a bug of ours must not lose the page: it is kept, and ends the run as failed
            result = None
            bug = f"{error!r:.300}"
        if self._task.wanted.languages and not (
            isinstance(result, Article) and self._task.wanted.language(result.language)
        ):
            self._skip(name, "other_language")
            return
        if isinstance(result, Article) and self._stones.holds(result.canonical_url):
            self.tallies[name, "refused", "forgotten"] += 1
            return
        capture = self._write(run, one, known)
        if result is None:
            self.bugs.append(f"extraction of {url}: {bug}")
            verdict = Verdict(outcome="failed", reason="extract_crashed", detail=bug)
            self._record(run, outcomes.settle(capture, verdict, known=known))
            return
        if isinstance(result, Article):
            result = forgotten.unnamed(self._stones, _placed(result, capture, known))
        before = self._before(reading, url, result)
        for fate in fates(self._history, capture, result, before=before):
            self._record(run, fate.row, fate.article, counted=fate.counted)

    def _before(self, reading: Reading, url: str, result: Article | Rejection) -> Article | None:
        """What today's extractor reads from the earlier capture, where an edit would be claimed."""
        place = self._history.earlier(url, result)
        if place is None or self._archive is None or not isinstance(reading.page, Page):
            return None
        earlier = earlier_page(self._archive.warc, place, reading.page)
        read = Reading(earlier, self._submit).result() if earlier is not None else None
        return read if isinstance(read, Article) else None

    def _write(self, run: Run, one: _Waiting, known: UrlState | None) -> Capture:
        """Write the page into our WARC; its row, with the outcome ``fetched``."""
        exchange, info = one.found.exchange, one.found.exchange.info
        if known is not None and known.id != info.id:
            info = dataclasses.replace(info, id=known.id)
            exchange = dataclasses.replace(exchange, info=info)
        same = known is not None and known.payload_digest == one.stored.payload_digest
        original = self._stored_at(known.warc) if known is not None and same else None
        written = run.write(exchange, original=original, digest=one.stored.payload_digest)
        if one.found.label is not None:
            self._labels[one.found.label] = written.response.source_record.position
        self._pages += 1
        return dataclasses.replace(outcomes.capture_of(written.response, info), run=run.name)

    def _withhold(self, run: Run, one: _Waiting, reason: str, rights: tuple[str, ...]) -> None:
        exchange = one.found.exchange
        position = run.withhold(exchange, reason=reason, rights=rights)
        found = Withheld.of(exchange, reason=reason, rights=rights, position=position)
        self._pages += 1
        self._record(run, dataclasses.replace(outcomes.capture_of_withheld(found), run=run.name))

    def _record(self, run: Run, capture: Capture, article: Article | None = None, *, counted: bool = True) -> None:
        self._history.apply(capture)
        run.record(capture, article)
        if counted:
            self.tallies[capture.source, capture.outcome, capture.reason] += 1
            self.taken += 1
            self.archived += capture.outcome == "archived"

    def _commit_if_due(self) -> None:
        task, run = self._task, self._run
        if run is None or not run.pending:
            return
        age = time.monotonic() - self._committed
        if self._pages >= task.batch_pages or run.written >= task.batch_bytes or age >= task.batch_seconds:
            run.commit(run.take())
            self._committed, self._pages = time.monotonic(), 0


def _placed(result: Article, capture: Capture, known: UrlState | None) -> Article:
    """An article that was extracted before its page had a place in the WARC, as from that place."""
    place = WarcPosition(file=capture.warc_file or "", offset=capture.warc_offset or 0, length=capture.warc_length or 0)
    return dataclasses.replace(
        result,
        row=row_of(result.date_crawled, place),
        id=known.id if known is not None and known.id is not None else result.id,
        warc_file=place.file,
        warc_offset=place.offset,
        warc_length=place.length,
    )
