"""Is the archive what it says it is? Every file against its log, every row against its page, every record's digests.

::

    findings.py   the codes, one problem, the report
    tables.py     the tables against their logs
    pages.py      the WARC against the tables
    forgotten.py  what came back of removed pages

Nothing is written and no lock is taken, so a read-only copy can be verified too. Runs that are writing meanwhile are
left out as far as they are not committed. :mod:`pipelines.repair` puts right what is found.
"""

from __future__ import annotations

from collections.abc import Callable

from storage import snapshots, unfinished, warc
from storage.archive import Archive
from storage.locks import is_held
from storage.places import below
from storage.schema import ARTICLES, CAPTURES, RUNS, TABLES
from storage.tombstones import Tombstones
from storage.verify import forgotten, pages, tables
from storage.verify.findings import CODES, Problem, Report, count

__all__ = ["CODES", "Problem", "Report", "count", "open_runs", "verify", "writing"]


def verify(
    archive: Archive,
    *,
    quick: bool = False,
    stones: Tombstones | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Report:
    """Read all of ``archive`` and tell what is wrong; with ``quick`` no WARC record and no column is read.

    With ``stones``, the archive's tombstones, it is also looked for what came back of removed pages. ``say`` is told a
    line about each step.
    """
    problems: list[Problem] = []
    seen = pages.Seen()
    before = _traces(archive)
    # Living runs first: one that ends meanwhile has committed all it has before the tables are read.
    living = writing(archive)
    # Articles before captures: a batch in flight is then at worst in captures only, as the commit protocol has it.
    read = {}
    for table in reversed(TABLES):
        if snapshots.absent(archive.root, table) is not None:
            continue
        say(f"checking the table {table.name}")
        read[table.name] = tables.check(archive.root, table, problems, quick=quick)
    problems += tables.pins(archive.root)
    captures, articles = read[CAPTURES.name].rows, read[ARTICLES.name].rows
    say(f"checking {sum(1 for _ in warc.segments(archive.warc))} WARC segments")
    named = pages.Places(captures) if captures is not None else None
    pages.check(archive.warc, named, problems, seen, writing=living, quick=quick, stones=stones)
    if stones and not quick:
        say("looking for removed pages")
        problems += forgotten.check(archive.root, stones, {name: one.rows for name, one in read.items()})
    if captures is not None and articles is not None:
        problems += pages.articles(captures, articles, writing=living)
    runs = read[RUNS.name].rows
    if runs is not None:
        known = set(runs.to_table(["run"])["run"].to_pylist())
        problems += [Problem(code="run_open", where=name) for name in open_runs(archive, known) if name not in living]
    problems = _lasting(archive, problems, living, before)
    if unfinished.is_open(archive.root) and not is_held(archive.root / "locks" / "maintenance.lock"):
        problems.append(Problem(code="repair_open", where=unfinished.NAME))
    return Report(
        problems=tuple(problems),
        files=sum(one.files for one in read.values()),
        rows=sum(one.count for one in read.values()),
        segments=seen.segments,
        records=seen.records,
        writing=tuple(sorted(living)),
    )


def writing(archive: Archive) -> frozenset[str]:
    """The runs that are alive."""
    locks = (archive.root / "locks").glob("run-*.lock")
    return frozenset(path.name[len("run-") : -len(".lock")] for path in locks if is_held(path))


def open_runs(archive: Archive, known: set[str]) -> list[str]:
    """Runs that left WARC segments or a lock file, and no row among ``known``."""
    return sorted(_traces(archive) - known)


def _traces(archive: Archive) -> frozenset[str]:
    """The runs of which there is a WARC segment or a lock file."""
    left = {path.name[len("run-") : -len(".lock")] for path in (archive.root / "locks").glob("run-*.lock")}
    return frozenset(left | {warc.run_of(file) for file in warc.segments(archive.warc)})


def _lasting(
    archive: Archive, problems: list[Problem], living: frozenset[str], before: frozenset[str]
) -> list[Problem]:
    """``problems`` without what a run that began meanwhile, or a write that was in flight, only seemed to be.

    ``living`` are the runs that were alive, ``before`` those of which there was a trace, when the verification began.
    """
    if not problems:
        return problems
    there = _traces(archive)
    begun = there - before
    # Who lives is asked before the logs are read again: who has ended by then has committed all it ever will.
    living |= begun | writing(archive)
    maintained = is_held(archive.root / "locks" / "maintenance.lock")
    doubtful = {problem.where.partition("/")[0] for problem in problems if problem.code == "file_orphaned"}
    found = [path for table in TABLES if table.name in doubtful for path in tables.orphans(archive.root, table)]
    lasting = (path for path in found if not tables.in_flight(path, living, maintained=maintained))
    astray = {below(path, archive.root).as_posix() for path in lasting}
    return [
        problem
        for problem in problems
        if (problem.code != "file_orphaned" or problem.where in astray)
        and (problem.code != "run_open" or problem.where in before & there)
        and pages.warc_run(problem.where.removeprefix("warc/").partition("@")[0]) not in begun
    ]
