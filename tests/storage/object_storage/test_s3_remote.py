"""Names on S3 as paths: what is written is there, conditions hold, and failures are those of a file system."""

from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath

import pytest

from storage import places, remote
from storage.errors import ArchiveError
from storage.places import S3Address, address
from storage.remote import Changed, Remote
from tests.storage.object_storage.faulty import Faulty


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("archive", Path("archive")),
        ("/srv/archive", Path("/srv/archive")),
        ("s3://papers/harbour", S3Address(bucket="papers", prefix="harbour")),
        ("s3://papers/north/harbour/", S3Address(bucket="papers", prefix="north/harbour")),
    ],
)
def test_addresses_that_are_places(text: str, expected: object) -> None:
    assert address(text) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not a folder"),
        ("https://papers.example/archive", "https: is not a place"),
        ("s3://papers", "needs a prefix"),
        ("s3://papers/", "needs a prefix"),
        ("s3://papers/../other", "needs a prefix"),
        ("s3://papers/a b", "needs a prefix"),
        ("s3://Papers/a", "not a bucket's name"),
        ("s3://key:secret@papers/a", "credentials"),
        ("s3://papers/a?endpoint=https://elsewhere.example", "credentials and options"),
    ],
)
def test_addresses_that_are_none_say_why(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        address(text)


def test_the_default_spool_is_another_for_each_archive_and_endpoint(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    one, other = (S3Address(bucket="papers", prefix=prefix) for prefix in ("a", "b"))
    spools = {places.default_spool(one), places.default_spool(other)}
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://here.example")
    spools |= {places.default_spool(one), places.default_spool(other)}
    assert len(spools) == 4
    assert all(spool.is_relative_to(tmp_path) for spool in spools)


def test_a_missing_extra_and_a_missing_home_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    where = S3Address(bucket="papers", prefix="a")
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", _homeless)
    with pytest.raises(ArchiveError, match=r"no home .* s3://papers/a; set XDG_STATE_HOME, or write \[archive\] spool"):
        places.place(where)
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(ArchiveError, match=r"pip install 'broadsheet\[s3\]'"):
        places.place(where)


def _homeless() -> Path:
    raise RuntimeError("Could not determine home directory.")


def test_what_is_written_is_there(folder: Remote) -> None:
    path = folder / "log" / "0001.json"
    assert not path.exists()
    assert not folder.exists()
    path.write_text("ferry")
    assert path.read_text() == "ferry"
    assert path.stat().st_size == 5
    assert folder.is_dir()
    assert not folder.is_file()
    assert [found.name for found in folder.iterdir()] == ["log"]
    assert path.relative_to(folder) == PurePosixPath("log/0001.json")
    assert (path.parent, path.stem, path.suffix) == (folder / "log", "0001", ".json")
    path.unlink()
    assert not path.exists()


@pytest.mark.parametrize("read", [Remote.read_bytes, Remote.stat, Remote.open, Remote.unlink])
def test_what_is_not_there_is_not_found(folder: Remote, read: object) -> None:
    assert callable(read)
    with pytest.raises(FileNotFoundError, match=r"s3://papers/.*/nowhere is not there"):
        read(folder / "nowhere")


def test_files_are_read_and_sought_in(folder: Remote) -> None:
    path = folder / "page"
    data = bytes(range(256)) * 4096
    path.write_bytes(data)
    with path.open() as file:
        assert file.read(3) == data[:3]
        file.seek(700_001)
        assert file.read(5) == data[700_001:700_006]
        file.seek(-4, 2)
        assert file.read() == data[-4:]
        assert file.read(1) == b""


def test_names_are_found_by_pattern(folder: Remote) -> None:
    for name in ("a.json", "b.json", "c.txt", "deep/d.json", "deep/er/e.json"):
        (folder / name).write_bytes(b"x")
    assert {path.name for path in folder.glob("*.json")} == {"a.json", "b.json"}
    assert [path.relative_to(folder).as_posix() for path in folder.glob("*/*/*.json")] == ["deep/er/e.json"]
    assert {path.name for path in folder.rglob("*.json")} == {"a.json", "b.json", "d.json", "e.json"}


def test_what_is_not_uploaded_yet_is_found_beside_the_rest(folder: Remote, tmp_path: Path) -> None:
    (folder / "2026" / "there").write_bytes(b"there")
    (tmp_path / "2026").mkdir()
    (tmp_path / "2026" / "here").write_bytes(b"here")
    both = folder.with_twin(tmp_path)
    assert [path.name for path in both.glob("*/*")] == ["here", "there"]
    for name in ("here", "there"):
        with (both / f"2026/{name}").open() as file:
            assert file.read() == name.encode()
        assert (both / "2026" / name).stat().st_size == len(name)


def test_of_two_who_create_one_wins(folder: Remote) -> None:
    (folder / "lock").create(b"first")
    with pytest.raises(FileExistsError, match="is there already"):
        (folder / "lock").create(b"second")
    assert (folder / "lock").read_bytes() == b"first"


def test_of_two_who_swap_one_wins(folder: Remote) -> None:
    tag = (folder / "lock").create(b"first")
    (folder / "lock").swap(b"second", tag=tag)
    with pytest.raises(Changed, match="somebody else"):
        (folder / "lock").swap(b"third", tag=tag)
    with pytest.raises(OSError, match="nothing"):
        (folder / "nothing").swap(b"third", tag=tag)
    assert (folder / "lock").read_bytes() == b"second"


def test_large_files_are_uploaded_whole(folder: Remote, tmp_path: Path) -> None:
    local = tmp_path / "segment"
    local.write_bytes(b"0123456789" * 1_200_000)
    (folder / "segment").upload(local)
    assert (folder / "segment").stat().st_size == 12_000_000


@pytest.mark.parametrize("kind", ["500", "down"])
def test_passing_faults_pass_unseen(folder: Remote, s3: Faulty, kind: str) -> None:
    fault = s3.fail(kind, "PUT .*/page", times=2)
    (folder / "page").write_bytes(b"ferry")
    assert fault.met == 2
    assert (folder / "page").read_bytes() == b"ferry"


def test_a_new_name_whose_reply_was_lost_is_ours(folder: Remote, s3: Faulty) -> None:
    fault = s3.fail("lost", "PUT .*/entry")
    places.write_new(folder / "entry", b"mine alone")
    assert fault.met == 1
    with pytest.raises(FileExistsError):
        places.write_new(folder / "entry", b"another's")


def test_a_store_that_ignores_conditions_is_refused(folder: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    remote.conditional(folder)
    monkeypatch.setattr(Remote, "create", Remote.write_bytes)
    with pytest.raises(ArchiveError, match="conditional writes"):
        remote.conditional(folder)
    assert not list(folder.iterdir())
