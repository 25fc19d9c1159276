"""The commented ``broadsheet.toml`` that ``broadsheet init`` writes."""

from __future__ import annotations

from crawler.config.keys import KEYS, Key, Place

_HEAD = """\
# What Broadsheet crawls, how, and where it keeps it. Keys with a # in front show the default or an example.
# Durations: "30s", "15m", "6h", "1d", or a number of seconds. Sizes: "20 MB", "1 GB", or a number of bytes.
"""

_SOURCE = """\
# One block for each news site: take the first "# " away from the lines that you need and write your own values.
# `name` and `entrances` are enough; the rest is for what a site does not tell by itself. Selectors are CSS, or XPath
# where they begin with "/".
"""


def template() -> str:
    """The text of a new configuration: every key explained, and a contact that must be replaced before a crawl."""
    source = "\n[[source]]\n" + "".join(_entry(key, live=key.required) for key in KEYS if key.table == "source")
    parts = [
        _HEAD,
        _table(""),
        "[archive]\n" + _table("archive"),
        "[crawl]\n" + _table("crawl"),
        "[metrics]\n" + _table("metrics"),
        _SOURCE + source.replace("\n", "\n# ").removesuffix("# "),
    ]
    return "\n".join(parts)


def _table(place: Place) -> str:
    return "".join(_entry(key, live=key.required or key.name == "path") for key in KEYS if key.table == place)


def _entry(key: Key, *, live: bool) -> str:
    notes = " Required." if key.required else f" Default: {key.default}." if key.default == "[]" else ""
    return f"# {key.description}{notes}\n{'' if live else '# '}{key.name} = {key.example}\n"
