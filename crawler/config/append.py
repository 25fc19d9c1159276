"""Adding a source to a configuration: text is appended, never rewritten, and only what is sound reaches the disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from crawler.config import values
from crawler.config.errors import ConfigError
from crawler.config.model import Config
from crawler.config.read import parse, text_of

_NEW = """\
# `broadsheet init --output example.toml` writes a file in which every setting is explained.
[archive]
path = "archive"

[crawl]
contact = {contact}
"""
_RIGHTS = "change its rights, or use --dry-run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A configuration file as it was read: ``text`` is what stands in it, or will; ``new`` where it does not exist."""

    file: Path
    text: str
    config: Config
    new: bool


def draft(file: Path, contact: str | None) -> Draft:
    """Read the configuration that a source is to be added to; one that does not exist begins with ``contact``.

    Raises:
        ConfigError: it is broken, or there is none and no ``contact``.
    """
    if file.exists():
        text_of(file, remedy="name another with --config")
        text = _raw(file)
        return Draft(file=file, text=text, config=parse(text, file, empty=True), new=False)
    if contact is None:
        remedy = 'write one with `broadsheet init` and put your contact into it, or give --contact "mailto:you@…"'
        raise ConfigError(file=file, problem="there is no such file", remedy=remedy)
    try:
        values.contact(contact)
    except values.BadValue as bad:
        remedy = bad.remedy.replace("contact = ", "--contact ")
        raise ConfigError(file=file, key="--contact", problem=bad.problem, remedy=remedy) from None
    text = _NEW.format(contact=f'"{contact.strip()}"')
    return Draft(file=file, text=text, config=parse(text, file, empty=True), new=True)


def check_new(known: Draft, name: str, host: str) -> None:
    """Raise ConfigError where a source called ``name``, or one that owns ``host``, stands in the configuration."""
    config = known.config
    if name in {source.name for source in config.sources} | {source.name for source in config.disabled}:
        problem = f"there is a source {name!r} already"
        raise ConfigError(file=known.file, problem=problem, remedy="name the new one with --name")
    for source in config.sources:
        if source.owns(f"http://{host}/"):
            problem = f"the host {host!r} belongs to source {source.name!r} already"
            raise ConfigError(file=known.file, problem=problem, remedy="write further entrances into its block")


def check_writable(known: Draft) -> None:
    """Raise ConfigError where :func:`append` could not write the file: to be known before a site is looked over."""
    folder = known.file.resolve().parent
    if not folder.is_dir():
        raise ConfigError(file=known.file, problem="its folder does not exist", remedy="make it, or use --dry-run")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigError(file=known.file, problem="its folder cannot be written", remedy=_RIGHTS)


def append(known: Draft, name: str, block: str) -> None:
    """Write ``known`` with ``block``, which holds the source called ``name``, at its end.

    The new text is read as a crawl would read it before anything is written; it replaces the file in one step, with
    the file's own rights and line ends.

    Raises:
        ConfigError: the file was changed meanwhile, cannot be written, or would not say what it is meant to.
    """
    newline = "\r\n" if "\r\n" in known.text else "\n"
    gap = "" if not known.text or known.text.endswith("\n") else newline
    text = known.text + gap + newline + block.replace("\n", newline)
    after = parse(text, known.file)
    same = [source.digest for source in after.sources[: len(known.config.sources)]]
    if same != [source.digest for source in known.config.sources] or name not in {one.name for one in after.sources}:
        problem = "the block cannot be put at its end"
        raise ConfigError(file=known.file, problem=problem, remedy="print it with --dry-run and put it in by hand")
    target = known.file.resolve()
    try:
        if known.new:
            with target.open("x", encoding="utf-8", newline="") as file:
                file.write(text)
            return
        if _raw(target) != known.text:
            raise ConfigError(file=known.file, problem="it was changed meanwhile", remedy="run the command again")
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            shutil.copymode(target, temporary)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except FileExistsError:
        raise ConfigError(file=known.file, problem="it was written meanwhile", remedy="run the command again") from None
    except OSError as error:
        problem = f"it cannot be written ({error.strerror})"
        raise ConfigError(file=known.file, problem=problem, remedy=_RIGHTS) from None


def _raw(file: Path) -> str:
    return file.read_bytes().decode("utf-8")
