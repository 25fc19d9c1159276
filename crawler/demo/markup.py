"""The light markup in which the demo's articles are written, and its rendering as HTML and as plain text.

Blocks are separated by a blank line: ``## subheading``, ``> quote``, ``- list item`` (one a line), ``| cell | cell |``
(one row a line, the first is the header), ``!figure slug | caption | credit``, ``!related``, ``!newsletter``, and
everything else is a paragraph. Inside a line stand ``[text](address)`` and ``*emphasis*``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Literal

BlockKind = Literal["paragraph", "subhead", "quote", "list", "table", "figure", "related", "newsletter"]

_INLINE = re.compile(r"\[([^\[\]]+)\]\(([^()\s]+)\)|\*([^*]+)\*")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of an article: its kind, and its lines (list items, table rows, or the parts of a figure)."""

    kind: BlockKind
    lines: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """What a reader would copy as body text: one string per paragraph, subhead, quote or list item."""
        if self.kind in ("paragraph", "subhead", "quote", "list"):
            return tuple(plain(line) for line in self.lines)
        return ()

    @property
    def cells(self) -> tuple[tuple[str, ...], ...]:
        """The rows of a table, or the one row of a figure: slug, caption, credit."""
        return tuple(_cells(line) for line in self.lines) if self.kind in ("table", "figure") else ()


def parse(text: str) -> tuple[Block, ...]:
    """Read an article's blocks in order."""
    groups: list[list[str]] = [[]]
    for line in text.strip().splitlines():
        if line.strip():
            groups[-1].append(line.strip())
        elif groups[-1]:
            groups.append([])
    return tuple(_block(group) for group in groups if group)


def _block(lines: list[str]) -> Block:
    first = lines[0]
    if first in ("!related", "!newsletter"):
        return Block("related" if first == "!related" else "newsletter", ())
    if first.startswith("!figure "):
        return Block("figure", (" ".join(lines).removeprefix("!figure "),))
    if first.startswith("## "):
        return Block("subhead", (" ".join(lines).removeprefix("## "),))
    if first.startswith("> "):
        return Block("quote", (" ".join(line.removeprefix("> ") for line in lines),))
    if first.startswith("- "):
        return Block("list", tuple(line.removeprefix("- ") for line in lines))
    if first.startswith("|"):
        return Block("table", tuple(lines))
    return Block("paragraph", (" ".join(lines),))


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip("| ").split("|"))


def plain(line: str) -> str:
    """A line as a reader reads it, without markup."""
    return _INLINE.sub(lambda match: match[1] or match[3], line)


def inline(line: str) -> str:
    """A line as HTML."""
    parts: list[str] = []
    end = 0
    for match in _INLINE.finditer(line):
        parts.append(escape(line[end : match.start()], quote=False))
        if match[3]:
            parts.append(f"<em>{escape(match[3], quote=False)}</em>")
        else:
            parts.append(f'<a href="{escape(match[2])}">{escape(match[1], quote=False)}</a>')
        end = match.end()
    return "".join(parts) + escape(line[end:], quote=False)


def text_html(block: Block) -> str:
    """A block of text as plain modern HTML; "" for a figure or box, which each paper draws in its own way."""
    match block.kind:
        case "paragraph":
            return f"<p>{inline(block.lines[0])}</p>"
        case "subhead":
            return f"<h2>{inline(block.lines[0])}</h2>"
        case "quote":
            return f"<blockquote><p>{inline(block.lines[0])}</p></blockquote>"
        case "list":
            return "<ul>" + "".join(f"<li>{inline(line)}</li>" for line in block.lines) + "</ul>"
        case "table":
            head, *rows = block.cells
            header = "".join(f"<th>{inline(cell)}</th>" for cell in head)
            body = "".join("<tr>" + "".join(f"<td>{inline(cell)}</td>" for cell in row) + "</tr>" for row in rows)
            return f"<table><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table>"
        case _:
            return ""
