"""``broadsheet export``: what an output's name says of its form, and what is told of it."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path, PurePath
from types import TracebackType
from typing import Self, get_args

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from crawler.terminal import LINE_SECONDS
from storage.errors import ArchiveError
from storage.export import Exported, Form
from storage.export.run import FOLDER_FILE_SIZE
from storage.export.sinks import COMPRESSIONS

FORMS: tuple[Form, ...] = get_args(Form)
_ENDINGS: dict[str, Form] = {".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}
_ADVICE = "let it end with .parquet, .jsonl, .csv, .jsonl.gz, .csv.zst …, or with / for a folder"


def form_of(out: str, form: Form | None, file_size: int | None) -> tuple[Path, Form, int | None]:
    """The place that ``out`` names, the form of what goes there, and the size of its files where it is a folder.

    Raises ArchiveError where name and form contradict each other, or the name says nothing.
    """
    if "://" in out:
        raise ArchiveError(f"{out} is no place on this machine; export into a file or a folder, then copy it")
    path = Path(out)
    folder = out.endswith("/") or path.is_dir() or file_size is not None or form == "huggingface"
    named = _named(path)
    if named is None and not folder and (path.suffix == "" or path.name.startswith(".")):
        folder = True
    if folder:
        if named is not None and not path.is_dir():
            raise ArchiveError(
                f"{out} is named like a file and would be a folder; name it otherwise, such as {path.stem}/"
            )
        return path, form or "parquet", file_size or FOLDER_FILE_SIZE
    if named is None:
        raise ArchiveError(f"{out}: its name does not say what it is to be; {_ADVICE}")
    if form is not None and form != named:
        raise ArchiveError(f"{out} is named as {named}, and --format says {form}; {_ADVICE}")
    return path, named, None


def _named(path: PurePath) -> Form | None:
    """What the end of a file's name says of its form; Parquet is compressed inside."""
    if path.suffix in COMPRESSIONS:
        found = _ENDINGS.get(PurePath(path.stem).suffix)
        return found if found != "parquet" else None
    return _ENDINGS.get(path.suffix)


def lines(done: Exported, target: Path) -> list[str]:
    """What was exported, in words."""
    if not done.rows:
        return ["No article matches; nothing was written."]
    size = sum(file.bytes for file in done.files)
    files = f" in {len(done.files)} files" if len(done.files) > 1 else ""
    noun = "article" if done.rows == 1 else "articles"
    return [f"Exported {done.rows:,} {noun} to {target}{files}, {size:,} bytes (version {done.version} of the table)."]


def as_json(done: Exported) -> str:
    """What was exported, as one JSON object: rows, version, and each file with its SHA-256."""
    return json.dumps(asdict(done), ensure_ascii=False, indent=2, default=str)


class Meter:
    """How many rows of how many are written: a bar on a terminal, a line every ten seconds elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: Progress | None = None
        if console.is_terminal:
            columns = (TextColumn("exporting"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=console, transient=True)
            self._task = self._bar.add_task("exporting", total=None)
        self._next = time.monotonic() + LINE_SECONDS

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def said(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` rows are written."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total)
        elif time.monotonic() >= self._next:
            self._next += LINE_SECONDS
            self._console.print(f"{done:,} of {total:,} articles written")
