"""What a person sees while a crawl works: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from crawler import progress
from crawler.config import parse
from crawler.progress import Bar, Lines, counts, view_for, watch
from crawler.session import Session
from tests.archive_samples import article, capture

CONFIG = '[archive]\npath = "{archive}"\n[crawl]\ncontact = "mailto:archive@harbour.test"\nworkers = 1\n'
CONFIG += '[[source]]\nname = "harbour"\nentrances = ["http://harbour.test/feed"]\n'


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder: Path = tmp_path_factory.mktemp("progress")
    made = Session.open(parse(CONFIG.format(archive=folder / "archive"), folder / "broadsheet.toml"))
    for number in range(4):
        made.count("harbour", "announced")
        made.announce(capture(number))
    for number in range(3):
        made.record(capture(number), article(number))
    yield made
    asyncio.run(made.close(reason="unsettled"))


def screen(*, terminal: bool) -> tuple[Console, io.StringIO]:
    stream = io.StringIO()
    return Console(file=stream, force_terminal=terminal, width=100, _environ={"TERM": "xterm"}), stream


def test_counts_names_what_occurred(session: Session) -> None:
    assert counts(session) == "3 archived"


def test_elsewhere_there_is_a_plain_line_now_and_then(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.0)
    console, stream = screen(terminal=False)
    view = view_for(console)
    assert isinstance(view, Lines)
    view.show(session)
    view.close(session)
    assert stream.getvalue() == "4 announced, 1 to go: 3 archived\n" * 2


def test_no_line_comes_before_its_time(session: Session) -> None:
    console, stream = screen(terminal=False)
    view = view_for(console)
    view.show(session)
    assert stream.getvalue() == ""


def test_on_a_terminal_there_is_a_bar_that_goes_away(session: Session) -> None:
    console, stream = screen(terminal=True)
    view = view_for(console)
    assert isinstance(view, Bar)
    view.show(session)
    view.close(session)
    assert "3/4" in stream.getvalue()
    assert "3 archived" in stream.getvalue()


def test_watching_shows_until_it_is_cancelled(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "TICK_SECONDS", 0.01)
    shown: list[Session] = []

    class View:
        def show(self, session: Session) -> None:
            shown.append(session)

        def close(self, session: Session) -> None:
            """Nothing to end."""

    async def run() -> None:
        task = asyncio.ensure_future(watch(session, View()))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert len(shown) > 2
