"""``python -m crawler.config docs/configuration.md`` brings the tables of keys in that page up to date."""

from __future__ import annotations

import sys
from pathlib import Path

from crawler.config.docs import refreshed


def main(arguments: list[str]) -> int:
    """Rewrite the page named by the only argument; 2 where there is none."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m crawler.config docs/configuration.md\n")
        return 2
    page = Path(arguments[0])
    page.write_text(refreshed(page.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
