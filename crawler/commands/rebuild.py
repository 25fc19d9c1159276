"""``broadsheet rebuild``: make the articles again from their pages, once it is seen what that changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace

from rich.console import Console

from crawler.config import Config
from crawler.spread import named, overview
from crawler.terminal import say_on
from pipelines import rebuild
from pipelines.differences import Differences, Loss, Sample, Turned
from pipelines.executors import claims
from pipelines.executors.cluster import Spread, joined
from pipelines.executors.ray import RayExecutor, Standing
from pipelines.limits import Limits
from pipelines.pool import Pool
from pipelines.process import EXTRACTOR
from pipelines.rebuild import Preview, Rebuilt
from pipelines.recovery import recover
from pipelines.rereading import CRASHED, Task
from pipelines.scopes import Request
from storage.archive import Archive
from storage.replace import abandon

DONE, DECLINED, LEFT_OUT = 0, 1, 3
# Tasks that a rebuild is cut into at most unless more are asked for: each reads the tables for itself.
MOST = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was seen and what came of it: ``rebuilt`` is None where nothing was replaced.

    ``losses`` are the sources that lose more than they may and so stay as they are; ``disabled`` those with a mistake
    in their block of the configuration. ``declined`` tells that somebody was asked and said no.
    """

    preview: Preview
    rebuilt: Rebuilt | None
    losses: dict[str, tuple[Loss, ...]]
    disabled: tuple[str, ...] = ()
    declined: bool = False

    @property
    def code(self) -> int:
        """3 where a source is left out or the extractor crashed on a page, 1 where somebody said no, else 0."""
        if self.declined:
            return DECLINED
        crashed = any(turned.reason == CRASHED for one in self.preview.differences for turned in one.kept)
        return LEFT_OUT if self.losses or self.disabled or crashed else DONE


def request_of(request: Request, config: Config | None) -> Request:
    """``request`` with the rules of ``config``; without one, each page is read by those it was captured with.

    Raises:
        ConfigError: a source that was named has a mistake in its block.
    """
    if config is None:
        return request
    for source in config.disabled:
        if source.name in request.sources:
            raise source.error
    return replace(
        request,
        without=tuple(source.name for source in config.disabled),
        rules=tuple(source.rules for source in config.sources),
    )


def run(
    archive: Archive,
    request: Request,
    *,
    bound: float,
    accept_loss: bool,
    dry_run: bool,
    workers: int,
    limits: Limits | None = None,
    agree: Callable[[Preview, dict[str, tuple[Loss, ...]]], bool],
    say: Callable[[str], None] = lambda _: None,
    spread: Spread | None = None,
    err: Console | None = None,
) -> Outcome:
    """Rebuild ``archive``, once ``agree`` has seen what that changes; a dry run changes nothing.

    Sources that would lose more than ``bound`` (0 to 1) are left out, unless the loss is accepted. Pages are read in
    ``workers`` processes with ``limits`` of time and memory, a crawl's defaults unless given. Runs that died are put
    right first. With ``spread``, tasks on a cluster read the pages, and ``err`` shows how far they are; what they found
    is replaced from here, in one commit.

    Raises:
        ArchiveBusy: another maintenance is under way.
        ArchiveError: the archive cannot be read or written, or knows nothing of a source that was named.
    """
    limits = limits or Limits()
    pool = Pool(workers, limits)
    with archive.lock_maintenance("rebuilding"), archive.writing():
        try:
            if not dry_run:
                recover(archive, submit=pool.submit, say=say)
            preview = (
                rebuild.look(archive, request, submit=pool.submit, say=say)
                if spread is None or err is None
                else _spread(archive, request, spread, limits, err)
            )
            losses = {} if accept_loss else preview.losses(bound)
            known = {one.source for one in preview.differences}
            seen = Outcome(preview=preview, rebuilt=None, losses=losses, disabled=request.without)
            if dry_run or not known - losses.keys():
                return seen
            if not agree(preview, losses):
                return Outcome(preview=preview, rebuilt=None, losses=losses, disabled=request.without, declined=True)
            done = rebuild.carry_out(archive, preview, leave_out=losses)
            return Outcome(preview=preview, rebuilt=done, losses=losses, disabled=request.without)
        finally:
            pool.stop()
            abandon(archive.root)


def _spread(archive: Archive, request: Request, spread: Spread, limits: Limits, err: Console) -> Preview:
    """See on a cluster what a rebuild changes."""
    job = claims.new_job()
    with joined(spread.on, say=say_on(err)) as cluster, claims.hold(archive, job, what="a rebuild") as held:
        try:
            cluster.check(claims.probe, archive.address, job)
            tasks = spread.count(cluster, most=MOST)
            with overview(err, of=tasks, words=lambda counts: named(counts, pages="pages read")) as view:

                def watch(standing: Standing) -> bool:
                    view.show(standing)
                    return False

                executor = RayExecutor(cluster, name=lambda one: _sources_of(one), say=say_on(err), watch=watch)
                return rebuild.look(
                    archive,
                    request,
                    executor=executor,
                    workers=1,
                    limits=limits,
                    tasks=tasks,
                    job=job,
                    begin=view.begin,
                )
        finally:
            held.release(remove=True)


def _sources_of(task: Task) -> str:
    """What a task works at, in words."""
    more = len(task.sources) - 3
    return f"sources {', '.join(task.sources[:3])}" + (f" and {more} more" if more > 0 else "")


def lines(preview: Preview, losses: dict[str, tuple[Loss, ...]]) -> list[str]:
    """What a rebuild changes, as a person reads it."""
    if not preview.pages:
        return [f"Nothing to do: every page has been read by {EXTRACTOR} and these rules; --all reads them again."]
    told = [line for one in preview.differences if one.differs for line in _source(one)]
    alike = [one for one in preview.differences if not one.differs]
    if alike:
        pages, articles = sum(one.pages for one in alike), sum(one.compared for one in alike)
        told.append(f"Nothing differs in {len(alike)} sources: {pages} pages read, {articles} articles compared")
    for source, lost in losses.items():
        told += [
            f"Source {source} would lose: {one.what} of {one.count} articles of {one.of} ({one.share:.1%})"
            for one in lost
        ]
    if losses:
        told.append(
            f"{len(losses)} of {len(preview.differences)} sources stay as they are, for they would lose more than is "
            "allowed; see whether that is right, then write --accept-loss, or a higher --max-loss"
        )
    return told


def closing(outcome: Outcome) -> list[str]:
    """What was done, as a person reads it."""
    done = outcome.rebuilt
    if done is None:
        return ["Nothing was changed."] if outcome.preview.pages else []
    told = [
        f"Replaced {done.articles_gone} rows of articles by {done.articles_come}, and {done.captures_gone} of captures "
        f"by {done.captures_come}, as run {done.run}.",
    ]
    if done.left_out:
        told.append(f"Left as they were: {', '.join(done.left_out)}.")
    return [*told, "Snapshots keep the old rows; others go with the next compact after its grace."]


def as_json(outcome: Outcome) -> str:
    """All of it as one JSON object."""
    preview, rebuilt = outcome.preview, outcome.rebuilt
    return json.dumps(
        {
            "extractor": EXTRACTOR,
            "pages": preview.pages,
            "sources": [asdict(one) for one in preview.differences],
            "losses": {
                source: [asdict(one) | {"share": one.share} for one in lost] for source, lost in outcome.losses.items()
            },
            "disabled": outcome.disabled,
            "rebuilt": asdict(rebuilt) if rebuilt is not None else None,
        },
        ensure_ascii=False,
        indent=2,
    )


def _source(one: Differences) -> Iterator[str]:
    yield f"{one.source}: {one.pages} pages read, {one.compared} articles compared, {one.same} of them the same"
    for found in one.fields:
        shortened = f" ({found.shortened} of them shortened)" if found.shortened else ""
        yield (
            f"  {found.field:<18} {found.changed:>6} changed{shortened}, {found.appeared} appeared, "
            f"{found.vanished} vanished, of {found.had}"
        )
        for sample in found.samples:
            yield from _sample(sample)
    yield from _turned("newly accepted, once", one.accepted)
    yield from _turned("newly rejected as", one.rejected)
    if one.edits or one.no_edits:
        yield f"  {one.edits} further revisions show, {one.no_edits} that differed by their reading only do no more"
    yield from _turned("left as it is for", one.kept)


def _sample(sample: Sample) -> Iterator[str]:
    yield f"    {sample.change} in {sample.url}"
    if sample.old is not None:
        yield f"      - {sample.old}"
    if sample.new is not None:
        yield f"      + {sample.new}"


def _turned(words: str, found: tuple[Turned, ...]) -> Iterator[str]:
    for turned in found:
        yield f"  {turned.count} {words} {turned.reason}"
        for page in turned.samples:
            yield f"    {page.url}  {page.title}".rstrip()
