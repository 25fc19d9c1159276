"""Broadsheet beside its peers: ``make comparison`` looks into each one's source and writes docs/comparison.md.

usage: compare.py [--again]

Each peer's wheel is had from the package index at a fixed version, into ``build/comparison``, and nothing of it is run:
a probe is a regular expression that its modules are searched for. The same probes are put to Broadsheet's own
packages. What was found is kept in ``found.json``; with ``--again`` that and the figures of ``bench-extraction`` are
written into the page without asking anybody.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.extraction import results  # noqa: E402
from tests.benchmarks.extraction.results import Result  # noqa: E402

FOUND, PAGE, TEXT = HERE / "found.json", ROOT / "docs" / "comparison.md", HERE / "comparison.md"
BUILD = ROOT / "build" / "comparison"
OURS = "broadsheet"
PEERS = {
    "news-please": "1.6.16",
    "fundus": "0.5.7",
    "newspaper4k": "0.9.6",
    "trafilatura": "2.3.1",
    "datatrove": "0.10.1",
}
PROBES = {
    "reads RSS or Atom feeds": r"feedparser|parse_feed|find_feed_urls|class RssCrawler|class \w*Feed\b",
    "reads sitemaps": r"urlset|class Sitemap|sitemap_search",
    "asks robots.txt": r"RobotFileParser|ROBOTSTXT_OBEY|import Protego",
    "keeps Crawl-delay": r"(?i)crawl[_-]delay",
    "asks again conditionally (304)": r"(?i)if-none-match|if-modified-since|IfNoneMatch",
    "drives a browser": r"(?i)\bselenium\b|\bplaywright\b|\bchromium\b",
    "reads WARC": r"ArchiveIterator|WarcReader|-> StoredResponse",
    "writes WARC": r"WARCWriter|SegmentWriter",
    "writes Parquet": r"(?i)ParquetWriter|to_parquet|write_parquet",
    "writes to a search engine or database server": r"(?i)elasticsearch|psycopg|redis\.",
    "keeps versions of an article": r"""["']descendant["']|all_revisions""",
    "reads reservations of rights": r"(?i)tdm-?rep|tdm-reservation|\bnoai\b|disallows_training",
    "tells near-identical texts": r"(?i)minhash|simhash",
    "works on many machines": r"(?i)slurm|\bimport ray\b|ray\.remote",
    "has parsers by hand for publishers": r"class ParserProxy\b",
    "summarises, finds key words": r"def (?:nlp|summarize)\b",
}
FIGURES = (
    ("fundus-tests", "para.f1", "body, whole paragraphs, F1"),
    ("fundus-tests", "title", "title, share right"),
    ("fundus-tests", "date.day", "day of publication, share right"),
    ("fundus-tests", "date.instant", "instant of publication, share right"),
    ("fundus-tests", "authors.f1", "authors, F1"),
    ("bullets", "bullets.f1", "key points, F1"),
)
COLUMNS = {
    "broadsheet": "Broadsheet",
    "trafilatura": "trafilatura",
    "trafilatura-times": "trafilatura with times",
    "newspaper4k": "newspaper4k",
    "news-please": "news-please",
}
LACKS = {
    "trafilatura": {"date.instant", "bullets.f1"},
    "trafilatura-times": {"bullets.f1"},
    "newspaper4k": {"bullets.f1"},
    "news-please": {"date.instant", "bullets.f1"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found in one program: its version, the day (ISO 8601), and by probe the first module that has it."""

    version: str
    day: str
    modules: Mapping[str, str]
    requires: int
    """Packages that it needs by its own metadata, without extras."""


def modules_of(wheel: Path) -> Iterator[tuple[str, str]]:
    """The modules and settings of a wheel by name, with their source, and its metadata."""
    with zipfile.ZipFile(wheel) as opened:
        for name in sorted(opened.namelist()):
            if name.endswith((".py", ".cfg", ".dist-info/METADATA")):
                yield name, opened.read(name).decode("utf-8", "replace")


def own_modules() -> Iterator[tuple[str, str]]:
    """The modules of our three packages; what the demo's invented papers do is left out."""
    for package in ("crawler", "pipelines", "storage"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith("crawler/demo/"):
                yield name, path.read_text(encoding="utf-8")


def probed(modules: Mapping[str, str]) -> dict[str, str]:
    """By probe the first module in which it is found."""
    found: dict[str, str] = {}
    for label, pattern in PROBES.items():
        name = next((name for name, source in modules.items() if re.search(pattern, source)), None)
        if name is not None:
            found[label] = name
    return found


def look(name: str, release: str) -> Found:
    """Have the wheel of a peer and put the probes to it."""
    wheels = BUILD / f"{name}-{release}"
    if not list(wheels.glob("*.whl")):
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "download", "--no-deps"]
        subprocess.run(
            [*pip, "--only-binary", ":all:", "-d", str(wheels), f"{name}=={release}"], check=True, timeout=300
        )
    (wheel,) = wheels.glob("*.whl")
    texts = dict(modules_of(wheel))
    metadata = next(text for at, text in texts.items() if at.endswith("METADATA"))
    needed = [line for line in re.findall(r"^Requires-Dist: (.*)$", metadata, re.M) if "extra ==" not in line]
    modules = {at: text for at, text in texts.items() if not at.endswith("METADATA")}
    return Found(version=release, day=today(), modules=probed(modules), requires=len(needed))


def look_at_ours() -> Found:
    """Put the same probes to our packages."""
    import importlib.metadata

    needed = [line for line in importlib.metadata.requires(OURS) or () if "extra ==" not in line]
    return Found(
        version=importlib.metadata.version(OURS),
        day=today(),
        modules=probed(dict(own_modules())),
        requires=len(needed),
    )


def today() -> str:
    """The day in UTC."""
    return f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"


def load() -> dict[str, Found]:
    """What was found before."""
    return {name: Found(**row) for name, row in json.loads(FOUND.read_text(encoding="utf-8")).items()}


def features(found: Mapping[str, Found]) -> list[str]:
    """The table of what was found in whom, and below it where."""
    lines = ["| | " + " | ".join(f"{name} {one.version}" for name, one in found.items()) + " |"]
    lines.append("|---|" + ":---:|" * len(found))
    for label in PROBES:
        cells = ["yes" if label in one.modules else "–" for one in found.values()]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    lines.append("| packages that it needs | " + " | ".join(str(one.requires) for one in found.values()) + " |")
    days = sorted({one.day for one in found.values()})
    lines += ["", f"Looked up on {' and '.join(days)}. Where it was found, in the order of the columns:", ""]
    for label in PROBES:
        at = ", ".join(f"`{one.modules[label]}`" for one in found.values() if label in one.modules)
        lines.append(f"- {label}: {at or 'nowhere'}")
    return lines


def figures(measured: Mapping[str, Result]) -> list[str]:
    """Some rows of what ``bench-extraction`` measured."""
    columns = [measured[name] for name in COLUMNS]
    heads = [f"{title} {one.version}" for title, one in zip(COLUMNS.values(), columns, strict=True)]
    lines = [f"| set | figure | {' | '.join(heads)} |", "|---|---|" + "---:|" * len(COLUMNS)]
    for group, figure, label in FIGURES:
        cells = [
            "–" if figure in LACKS.get(name, ()) else f"{measured[name].sets[group][figure]:.3f}" for name in COLUMNS
        ]
        lines.append(f"| {group} | {label} | {' | '.join(cells)} |")
    speeds = [f"{one.speed:.2f}" for one in columns]
    return [*lines, f"| all | times as fast as trafilatura | {' | '.join(speeds)} |"]


def page() -> str:
    """The page in Markdown, of what is kept."""
    text = TEXT.read_text(encoding="utf-8")
    return text.replace("{features}", "\n".join(features(load()))).replace(
        "{figures}", "\n".join(figures(results.load()))
    )


def main() -> None:
    """Look, keep what was found, and write the page."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--again", action="store_true", help="ask nobody: write the page from what is kept")
    if not cli.parse_args().again:
        found = {OURS: look_at_ours(), **{name: look(name, release) for name, release in PEERS.items()}}
        text = json.dumps({name: asdict(one) for name, one in found.items()}, indent=1)
        FOUND.write_text(text + "\n", encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
