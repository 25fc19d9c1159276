"""The shape of the house: imports point one way, and the pure function stays pure."""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("crawler", "pipelines", "storage")
FORBIDDEN = {
    "storage": {"pipelines", "crawler", "scrapy", "twisted", "trafilatura", "dateparser"},
    "pipelines": {"crawler", "scrapy", "twisted"},
    "crawler": set[str](),
}
DOES_IO = {
    "aiohttp", "asyncio", "deltalake", "fcntl", "ftplib", "glob", "http", "logging", "mmap", "multiprocessing", "os",
    "pathlib", "pebble", "pyarrow", "requests", "scrapy", "select", "selectors", "shutil", "signal", "smtplib",
    "socket", "socketserver", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "twisted", "urllib.request",
    "urllib3", "warcio",
}  # fmt: skip
OPENS = {"open", "input", "print", "exec", "eval", "breakpoint"}


@dataclass(frozen=True)
class Module:
    """A module of ours by its dotted name, its file and its syntax tree."""

    name: str
    path: Path
    tree: ast.Module

    @cache  # noqa: B019 - all modules are kept anyway
    def imports(self) -> tuple[tuple[str, int], ...]:
        """Everything that it imports, wherever in the file, as absolute dotted names with their lines."""
        return tuple(self._found())

    def _found(self) -> Iterator[tuple[str, int]]:
        package = self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                parents = package.split(".")
                base = ".".join([*parents[: len(parents) + 1 - node.level], *filter(None, [node.module])])
                home = base if node.level else node.module or ""
                for alias in node.names:
                    name = f"{home}.{alias.name}"
                    yield (name if is_module(name) else home), node.lineno


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def modules() -> dict[str, Module]:
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = Module(name, path, ast.parse(path.read_text(encoding="utf-8")))
    return found


MODULES = modules()


def within(name: str, homes: set[str]) -> bool:
    return any(name == home or name.startswith(f"{home}.") for home in homes)


def reached(start: str) -> list[Module]:
    """The module of that name and every module of ours that it imports, directly or not."""
    seen: dict[str, Module] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in MODULES and name not in seen:
            seen[name] = MODULES[name]
            waiting += [imported for imported, _ in MODULES[name].imports()]
    return list(seen.values())


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_point_one_way(name: str) -> None:
    forbidden = FORBIDDEN[name.partition(".")[0]]
    module = MODULES[name]
    wrong = [
        f"{module.path.name}:{line} imports {other}" for other, line in module.imports() if within(other, forbidden)
    ]
    assert wrong == []


def test_every_package_is_looked_at() -> None:
    assert {name.partition(".")[0] for name in MODULES} == set(PACKAGES)
    assert {"pipelines.fields.date", "storage.records", "crawler.spiders.news"} <= MODULES.keys()


@pytest.mark.parametrize("name", sorted(MODULES))
def test_no_module_is_imported_in_a_circle(name: str) -> None:
    imported = {other for other, _ in MODULES[name].imports()} & MODULES.keys() - {name}
    assert [other for other in sorted(imported) if MODULES[name] in reached(other)] == []


def test_process_and_what_it_calls_do_no_io() -> None:
    pure = reached("pipelines.process")
    assert {"pipelines.document", "pipelines.fields.body"} <= {module.name for module in pure}
    wrong = [
        f"{module.name}:{line} imports {other}"
        for module in pure
        for other, line in module.imports()
        if within(other, DOES_IO)
    ]
    wrong += [
        f"{module.name}:{node.lineno} calls {node.func.id}"
        for module in pure
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OPENS
    ]
    assert wrong == []


def test_the_suffix_list_is_never_fetched() -> None:
    calls = [
        (module.name, {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords})
        for module in MODULES.values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("TLDExtract")
    ]
    assert calls
    assert [name for name, given in calls if given.get("suffix_list_urls") != "()"] == []
    assert [name for name, given in calls if given.get("cache_dir") != "None"] == []


def python(code: str) -> str:
    """What a fresh interpreter prints that runs the code."""
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


WITHOUT_SCRAPY = ("cluster", "export", "health", "import_", "rebuild", "report", "verify")


@pytest.mark.parametrize(
    ("imports", "absent"),
    [
        ("import storage; storage.open_archive", "scrapy twisted trafilatura dateparser lxml pipelines crawler"),
        ("import storage.records", "scrapy twisted trafilatura dateparser lxml pyarrow deltalake pipelines crawler"),
        ("import storage.warc", "scrapy twisted trafilatura dateparser lxml pyarrow deltalake pipelines crawler"),
        ("import pipelines.process", "scrapy twisted deltalake warcio crawler"),
        ("import crawler.cli", "scrapy twisted pyarrow deltalake trafilatura"),
        ("import crawler.commands.crawl", "trafilatura dateparser"),
        *((f"import crawler.commands.{command}", "scrapy twisted") for command in WITHOUT_SCRAPY),
    ],
)
def test_an_import_stays_light(imports: str, absent: str) -> None:
    code = f"import sys; {imports}; print(*sorted(set({absent!r}.split()) & sys.modules.keys()))"
    assert python(code).split() == []


QUIET = """
    import datetime as dt, sys
    from pipelines.process import process
    from storage.records import Page

    events, watching = [], False

    def watch(event, arguments):
        if watching and event.partition(".")[0] in {"open", "socket", "subprocess", "os", "shutil", "urllib", "import"}:
            events.append((event, str(arguments)[:80]))

    HTML = "<html><head><title>%s</title></head><body><article><h1>%s</h1><time>%d March 2024</time>%s</article>"

    def page(number):
        line = "<p>By %d o'clock the river had risen by another %d centimetres, the harbour master said.</p>"
        body = (HTML % (number, number, number, "".join(line % (hour, number) for hour in range(1, 13)))).encode()
        when = dt.datetime(2024, 3, 20, tzinfo=dt.timezone.utc)
        return Page(url=f"https://courier{number}.example/2024/03/rise-{number}", body=body, fetched_at=when)

    sys.addaudithook(watch)
    process(page(11))
    watching = True
    outcome = process(page(12))
    watching = False
    print(type(outcome).__name__, events)
"""


def test_process_touches_neither_network_nor_disk() -> None:
    """The first page may load tables that libraries bring along; from the second on nothing is opened."""
    assert python(QUIET).split(maxsplit=1) == ["Article", "[]\n"]
