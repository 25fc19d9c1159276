"""The rows: out of the live files by a commit, out of all other files where they lie, and out of the logs.

Every function leaves a table that can be read, at whatever instant it is killed, and does nothing when it is called
again. The caller holds the maintenance lock, and nobody writes.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

import pyarrow as pa

from storage import compact, delta, log, parquet, snapshots
from storage.errors import ArchiveError
from storage.forget.marks import COLUMNS, TABLES, Marks
from storage.places import Place, below, write
from storage.schema import ARTICLES, CLUSTERS, STRING, Table
from storage.snapshots import Snapshot

_BOUNDS = ("minValues", "maxValues")


@dataclass(slots=True)
class Cleared:
    """Rows taken out of the live tables, and files that were rewritten or removed."""

    rows: int = 0
    files: int = 0


def clear(root: Place, marks: Marks, say: Callable[[str], None]) -> Cleared:
    """Take what is marked out of every table of the archive at ``root``, its earlier versions and its log.

    Raises:
        ArchiveError: a live or pinned file is damaged, so that nobody knows what it holds; ``verify --repair`` comes
            first. Nothing is half done: the removal stays open.
    """
    done = Cleared()
    compact.sweep(root)
    for table in TABLES:
        say(f"clearing the table {table.name}")
        folder = root / table.name
        if table is CLUSTERS:
            marks = replace(marks, rows=_article_rows(root))
        _commit(folder, table, marks, done)
        live = {file.path for file in log.files(delta.snapshot(root, table))}
        pins = snapshots.pinned(root)
        held = {path for pin in pins for path in pin.of(table.name).files}
        for path in sorted(_on_disk(folder) - live):
            _old(folder, path, table, marks, done, pinned=path in held, say=say)
        for pin in pins:
            _repin(root, pin, table)
        compact.checkpoint(folder)
        _forget_log(folder, live)
    return done


def _article_rows(root: Place) -> pa.Array:
    """The keys of the rows of ``articles``, of its newest version and of every pinned one."""
    folder = root / ARTICLES.name
    paths = {file.path for file in log.files(delta.snapshot(root, ARTICLES))}
    paths |= {path for pin in snapshots.pinned(root) for path in pin.of(ARTICLES.name).files}
    files = (log.AddedFile(path=path, size=0, rows=None, partition=()) for path in sorted(paths))
    parts = [compact.read(folder, file, ARTICLES, ["row"])["row"] for file in files]
    return pa.chunked_array([chunk for part in parts for chunk in part.chunks], STRING).combine_chunks()


def _commit(folder: Place, table: Table, marks: Marks, done: Cleared) -> None:
    """One commit that puts files without the marked rows in the places of those with them."""
    removed, added = [], []
    for file in log.files(delta.opened(folder)):
        changed, before = _changed(folder, file, table, marks)
        if changed is None:
            continue
        removed.append(file)
        done.rows += before - changed.num_rows
        if changed.num_rows:
            name = f"{compact.PREFIX}{secrets.token_hex(16)}.zstd.parquet"
            path = (PurePosixPath(file.path).parent / name).as_posix()
            added.append(parquet.write(folder, path, changed, table, row_group=_group(folder, file.path)))
    if removed:
        log.replace(folder, removed=removed, added=added, operation="DELETE", data_change=True)
        done.files += len(removed)


def _changed(folder: Place, file: log.AddedFile, table: Table, marks: Marks) -> tuple[pa.Table | None, int]:
    """The file's rows as they are to be, None where they may stay as they are; and how many rows it has."""
    told = compact.read(folder, file, table, COLUMNS[table.name])
    if marks.change(table, told).equals(told):
        return None, told.num_rows
    return marks.change(table, compact.read(folder, file, table, table.schema.names)), told.num_rows


def _old(
    folder: Place,
    path: str,
    table: Table,
    marks: Marks,
    done: Cleared,
    *,
    pinned: bool,
    say: Callable[[str], None],
) -> None:
    """A file that the table has no more, or never had: where a snapshot holds it rewritten in place, else removed."""
    partition = tuple(
        (key, value) for key, _, value in (part.partition("=") for part in PurePosixPath(path).parts[:-1])
    )
    file = log.AddedFile(path=path, size=0, rows=None, partition=partition)
    try:
        changed, _ = _changed(folder, file, table, marks)
    except ArchiveError:
        if pinned:
            raise
        say(f"{table.name}/{path} belongs to no version that is kept and cannot be read: removed")
        changed = table.schema.empty_table()
    if changed is None:
        return
    done.files += 1
    if not pinned or not changed.num_rows:
        (folder / path).unlink()
        log.sync((folder / path).parent)
    else:
        _over(folder, path, changed, table)


def _over(folder: Place, path: str, rows: pa.Table, table: Table) -> None:
    """Write ``rows`` over the file at ``path``: readers see the one or the other."""
    group, file = _group(folder, path), folder / path
    if not isinstance(file, Path):
        parquet.write(folder, path, rows, table, row_group=group)
        return
    hidden = file.with_name(f".{file.name}.tmp")
    parquet.write(folder, below(hidden, folder).as_posix(), rows, table, row_group=group)
    hidden.replace(file)
    log.sync(file.parent)


def _repin(root: Place, pin: Snapshot, table: Table) -> None:
    """Have a snapshot list what is left of its files."""
    was = pin.of(table.name)
    files = tuple(path for path in was.files if (root / table.name / path).exists())
    rows = sum(parquet.metadata(root / table.name / path).num_rows for path in files)
    if (files, rows) != (was.files, was.rows):
        now = replace(was, files=files, rows=rows)
        tables = tuple(now if one.table == table.name else one for one in snapshots.read(root, pin.name or "").tables)
        snapshots.save(root, replace(pin, tables=tables))


def _forget_log(folder: Place, live: set[str]) -> None:
    """Take the bounds of columns out of what the log says of files that are not ``live``: they may be its very texts.

    Checkpoints but the newest go: they hold the same bounds. What a killed writer did not commit goes too.
    """
    checkpoints = log.checkpoints(folder)
    for version, path in checkpoints:
        if version < checkpoints[-1][0]:
            path.unlink()
    for left in (folder / log.FOLDER).glob("_commit_*.tmp"):
        left.unlink()
    for _, path in log.versions(folder):
        # Not splitlines(): a text in the statistics may hold U+2028, which is no end of a line here.
        lines = path.read_bytes().split(b"\n")
        told = [_plain(folder, line, live) for line in lines]
        if told == lines:
            continue
        stat = path.stat()
        write(path, b"\n".join(told))
        # Readers take the time of an entry that names none from its file.
        if isinstance(path, Path):
            os.utime(path, (stat.st_mtime, stat.st_mtime))
    log.sync(folder / log.FOLDER)


def _plain(folder: Place, line: bytes, live: set[str]) -> bytes:
    action: dict[str, Any] = json.loads(line) if line.strip() else {}
    added = action.get("add")
    if added is None or not added.get("stats") or unquote(added["path"]) in live:
        return line
    stats = json.loads(added["stats"])
    if not any(stats.get(name) for name in _BOUNDS):
        return line
    file = folder / unquote(added["path"])
    if file.exists():
        added["size"], stats["numRecords"] = file.stat().st_size, parquet.metadata(file).num_rows
    added["stats"] = json.dumps({"numRecords": stats.get("numRecords")})
    return json.dumps(action, ensure_ascii=False, separators=(",", ":")).encode()


def _on_disk(folder: Place) -> set[str]:
    """The Parquet files below a table's folder, without those of its log; what a killed removal hid goes."""
    found = set()
    for path in folder.rglob("*.parquet"):
        name = below(path, folder)
        if log.FOLDER not in name.parts:
            found.add(name.as_posix())
    for path in folder.rglob(".*.parquet.tmp"):
        path.unlink()
    return found


def _group(folder: Place, path: str) -> int:
    file = folder / path
    return parquet.group_rows(parquet.metadata(file).num_rows, file.stat().st_size)
