"""The tables of keys in ``docs/configuration.md``, made from :data:`crawler.config.KEYS`."""

from __future__ import annotations

from crawler.config.keys import KEYS, Place

_HEADINGS: dict[Place, str] = {
    "": "Top of the file",
    "archive": "`[archive]`",
    "crawl": "`[crawl]`",
    "metrics": "`[metrics]`",
    "source": "`[[source]]`",
}
BEGIN = "<!-- keys: begin -->"
END = "<!-- keys: end -->"


def tables() -> str:
    """One Markdown table for each table of the configuration."""
    return "\n\n".join(_table(place, heading) for place, heading in _HEADINGS.items())


def refreshed(page: str) -> str:
    """``page`` with what stands between the two marks made anew; ValueError where a mark is missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


def _table(place: Place, heading: str) -> str:
    lines = [f"### {heading}", "", "| key | type | default | meaning |", "|---|---|---|---|"]
    for key in KEYS:
        if key.table == place:
            default = "required" if key.required else f"`{key.default}`" if key.default else "none"
            example = f" For example `{key.example}`." if key.example != key.default else ""
            lines.append(f"| `{key.name}` | {key.type} | {default} | {key.description}{example} |")
    return "\n".join(lines)
