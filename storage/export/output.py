"""Where an export is written: aside first, and into its place at once when it is whole."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from storage.errors import ArchiveError
from storage.locks import FileLock, try_lock
from storage.places import sync

# All that an export puts into a folder; with anything else in it a folder is somebody's, and is not replaced.
_OWN = re.compile(r"README\.md|data|(?:data/)?(?:part|train)-\d{5}\.(?:parquet|(?:jsonl|csv)(?:\.gz|\.zst)?)")


class NotWritten(ArchiveError):
    """The export cannot be written; the message says why. Nothing is left of it."""


@contextlib.contextmanager
def written(target: Path, *, force: bool) -> Iterator[tuple[Path, Path]]:
    """Where to write what is to stand at ``target``, a file or a folder, and a folder for what is in the way meanwhile.

    It stands there when the block ends without an error and something was written, on the disk, in the place of an
    earlier export with ``force``. What a killed export left beside it is taken away.

    Raises:
        NotWritten: something is there already, somebody else is writing there, or the disk refuses.
    """
    target = Path(os.path.abspath(target))  # noqa: PTH100 - resolve() would follow a link that is to be replaced
    check(target, force=force)
    aside = target.parent / f".{target.name}.partial"
    try:
        aside.mkdir(exist_ok=True)
        lock = try_lock(aside / "lock", holder=f"export to {target}")
    except OSError as error:
        raise NotWritten(f"{target} cannot be written: {error.strerror or error}") from error
    if not isinstance(lock, FileLock):
        raise NotWritten(f"another export is writing {target}; wait for its end, or name another place")
    try:
        if (aside / "replaced").exists() and not target.exists():
            (aside / "replaced").rename(target)
        for rest in aside.iterdir():
            if rest.name != "lock":
                _remove(rest)
        whole = aside / target.name
        if whole.name == "lock":
            raise NotWritten("an export cannot be named lock; name it otherwise")
        yield whole, _made(aside / "sorting")
        if whole.exists():
            _sync(whole)
            _replace(target, whole, aside)
    except OSError as error:
        raise NotWritten(f"{target} cannot be written: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(aside)
        lock.release()


def check(target: Path, *, force: bool) -> None:
    """Raise NotWritten where ``target`` may not be written or replaced."""
    if not target.parent.is_dir():
        raise NotWritten(f"there is no folder {target.parent}; make it, or name another place")
    if not target.is_dir():
        if target.exists() and not target.is_file():
            raise NotWritten(f"{target} is no plain file; name another place")
        if target.exists() and not force:
            raise NotWritten(f"{target} is there already; name another place, or replace it with --force")
        return
    entries = [*target.iterdir(), *((target / "data").iterdir() if (target / "data").is_dir() else ())]
    there = [entry.relative_to(target).as_posix() for entry in entries]
    strange = [name for name in there if not _OWN.fullmatch(name)]
    if strange:
        raise NotWritten(f"{target} holds {strange[0]!r}, which no export wrote; name a folder of its own")
    if there and not force:
        raise NotWritten(f"{target} is there already; name another place, or replace it with --force")


def _replace(target: Path, whole: Path, aside: Path) -> None:
    if target.is_dir() or (whole.is_dir() and target.exists()):
        target.rename(aside / "replaced")
    whole.rename(target)
    sync(target.parent)


def _sync(path: Path) -> None:
    for entry in [*path.rglob("*"), path]:
        sync(entry)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
