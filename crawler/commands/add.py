"""``broadsheet add``: look a site over and propose a ``[[source]]`` block for it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import tempfile
from pathlib import Path

from rich.console import Console

from crawler.commands.crawl import run
from crawler.config import ArchiveConfig, Config, ConfigError, SourceConfig
from crawler.config.append import Draft, append, check_new, check_writable, draft
from crawler.config.values import BadValue, entrance, host_of, slug
from crawler.guard import is_allowed, is_private, place_of
from crawler.plan import Plan
from crawler.session import Session
from crawler.survey import Proposal, Survey, block, propose
from crawler.survey.spider import SurveySpider, finish
from crawler.terminal import clean, console
from pipelines.urls import registered_domain
from storage.records import SiteRules

_SHOWN = 8


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What ``broadsheet add`` learned: the survey, what it proposes, and the sentences that say what went wrong."""

    survey: Survey
    proposal: Proposal
    problems: tuple[str, ...]


def address_of(text: str, file: Path) -> str:
    """The address that an operator means, ``https://`` where no scheme is named; ConfigError where it is none."""
    try:
        return entrance(text if "://" in text else f"https://{text}")
    except BadValue as bad:
        raise ConfigError(file=file, key="URL", problem=bad.problem, remedy=bad.remedy) from None


def name_of(url: str) -> str:
    """A name for the source at ``url``: its registered domain's first label, with what distinguishes the host."""
    host = host_of(url).partition(":")[0].removeprefix("www.")
    domain = registered_domain(url)
    label = domain if re.fullmatch(r"[\d.]+", domain) else domain.partition(".")[0]
    front = host.removesuffix(domain).strip(".")
    name = "-".join(part for part in (front.replace(".", "-"), label) if part)
    name = re.sub(r"[^a-z0-9._-]", "-", name.lower()).strip("-._")[:64]
    return slug(name or "source")


def look_over(url: str, name: str, known: Draft, *, out: Console, log_level: str, today: dt.date) -> Looked:
    """Ask the site, with the manners of a crawl and into an archive that is thrown away, and judge what came."""
    source = SourceConfig(
        file=known.file, rules=SiteRules(name=name), entrances=(url,), hosts=frozenset({host_of(url)})
    )
    with tempfile.TemporaryDirectory(prefix="broadsheet-add-") as folder:
        archive = ArchiveConfig(path=Path(folder) / "archive", min_free=0)
        config = Config(file=known.file, archive=archive, crawl=known.config.crawl, sources=(source,))
        survey = Survey(url=url)
        _, session = run(
            lambda: Session.open(config, command="add", plan=Plan(now=True)),
            console=out,
            log_level=log_level,
            spider=SurveySpider,
            view=_Quiet(out),
            survey=survey,
            say=lambda line: out.print(clean(line), soft_wrap=True),
        )
        finish(survey, session.history)
    problems = [f"{clean(address)}: {reason}" for address, reason in _told(survey)]
    problems += [clean(bug) for bug in session.bugs]
    if session.stopped:
        problems.append("the survey was stopped before its end")
    return Looked(survey=survey, proposal=propose(survey, today=today), problems=tuple(problems))


def _told(survey: Survey) -> list[tuple[str, str]]:
    """The failures that a person should hear of: usual places that are not there are none."""
    return [(url, reason) for url, reason in survey.failures if reason not in ("http_404", "http_410")][:_SHOWN]


class _Quiet:
    """The spider says what it finds as it finds it; beside that there is only an end to tell."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, session: Session) -> None:
        """Show nothing."""

    def close(self, session: Session) -> None:
        """Say how many articles were tried."""
        self._console.print(f"{session.pages_asked} articles tried")


def add(url: str, file: Path, name: str | None, contact: str | None, *, dry_run: bool, log_level: str) -> int:
    """Look the site at ``url`` over and write the block into ``file``; returns the exit code.

    Raises:
        ConfigError: the configuration or the address cannot be used, or has the source already.
    """
    out, err = console(), console(stderr=True)
    today = dt.datetime.now(dt.UTC).date()
    address = address_of(url, file)
    known = draft(file, contact)
    if is_private(address) and not is_allowed(*place_of(address), known.config.crawl.allow_private):
        problem = f"{clean(host_of(address))!r} is no public site"
        remedy = (
            "write the site's whole address, such as https://www.daily.example/; [crawl] allow_private lets in your own"
        )
        raise ConfigError(file=file, key="URL", problem=problem, remedy=remedy)
    if not dry_run:
        check_writable(known)
    chosen = _checked(name, file) if name is not None else name_of(address)
    check_new(known, chosen, host_of(address))
    looked = look_over(address, chosen, known, out=err, log_level=log_level, today=today)
    for problem in looked.problems:
        err.print(problem, soft_wrap=True)
    if not looked.proposal.entrances:
        for choice in looked.proposal.left_out:
            err.print(clean(f"{choice.candidate.url} {choice.reason}"), soft_wrap=True)
        err.print(f"No entrance of {clean(address)} is worth polling; {file} is as it was.", soft_wrap=True)
        return 1
    text = block(chosen, looked.survey, looked.proposal, today=today)
    if dry_run:
        out.print(text, end="", soft_wrap=True)
        return 0
    append(known, chosen, text)
    count = len(looked.proposal.entrances)
    entrances = "one entrance" if count == 1 else f"{count} entrances"
    out.print(f"Added source {chosen!r} with {entrances} to {file}; its comments say why.", soft_wrap=True)
    out.print(f"Next: broadsheet crawl --source {chosen}", soft_wrap=True)
    return 0


def _checked(name: str, file: Path) -> str:
    try:
        return slug(name)
    except BadValue as bad:
        raise ConfigError(file=file, key="--name", problem=bad.problem, remedy=bad.remedy) from None
