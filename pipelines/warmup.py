"""What is loaded when it is first needed, loaded before the first page: a page's time is for the page.

dateparser, htmldate, trafilatura and the language detector read their tables on first use. On the machine that the
limits were chosen on this takes 0.9 seconds and 85 MB, once; the detector's model alone 0.7 seconds and 110 MB.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from pipelines.process import process
from storage.records import Page

_SAID: Final = "The harbour master said on Monday that the new wall would be finished before the winter storms. "
_TEXT: Final = f"<p>{_SAID}</p>"
_LINKS: Final = '<li><a href="/news/wall">Another wall that somebody finished somewhere else</a></li>'
# A date in words that are relative; no date but one that only a parser of words reads, and little text, which asks
# every fallback; no language stated, so that the detector is asked.
_PAGES: Final = (
    f'<html lang="en"><title>Wall</title><h1>Wall</h1><span class="date">3 hours ago</span>{6 * _TEXT}',
    f'<html lang="en"><title>Wall</title><h1>Wall</h1><p class="date">November 20 15:23 2019</p><ul>{60 * _LINKS}</ul>',
    f"<html><title>Wall</title><h1>Wall</h1><p>{6 * _SAID}</p>",
)


def warm() -> None:
    """Process invented pages that need every library; returns when their tables are in memory."""
    for markup in _PAGES:
        process(Page(url="http://warm.invalid/news/wall", body=markup.encode(), fetched_at=dt.datetime.now(dt.UTC)))
