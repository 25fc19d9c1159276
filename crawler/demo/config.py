"""The configuration with which the demo newspapers are crawled."""

from __future__ import annotations

import json

from crawler.demo.papers import PAPERS, Paper


def demo_config_toml(archive: str) -> str:
    """The text of a ``broadsheet.toml`` with one source per paper, writing to the folder ``archive``."""
    head = f'[archive]\npath = {_quoted(archive)}\n\n[crawl]\ncontact = "mailto:demo@broadsheet.test"\ndelay = "0.1s"\n'
    # Whoever tries it out twice wants to see the entrances asked twice.
    head += 'poll = ["0s", "0s"]\n'
    return head + "".join(_source(paper) for paper in PAPERS)


def _source(paper: Paper) -> str:
    entrances = "".join(f"    {_quoted(paper.address(path))},\n" for path in paper.entrances)
    return f"\n[[source]]\nname = {_quoted(paper.key)}\nentrances = [\n{entrances}]\n"


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are a subset of TOML's, but DEL must be escaped in TOML."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
