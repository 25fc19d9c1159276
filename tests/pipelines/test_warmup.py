"""No page pays for what a worker loads once."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import datetime as dt, sys
from pipelines.process import process
from pipelines.warmup import warm
from storage.records import Page

def read(body):
    process(Page(url="http://paper.test/news/1", body=body.encode(), fetched_at=dt.datetime.now(dt.UTC)))

if sys.argv[1] == "warm":
    warm()
before = set(sys.modules)
opened = []
sys.addaudithook(lambda event, told: opened.append(told[0]) if event == "open" else None)
text = "<p>The ferry to the island leaves an hour late, for the fog came down on the strait this morning.</p>"
links = '<li><a href="/a">The ferry to the other island leaves in time</a></li>'
read(f'<html lang=en><h1>Ferry</h1><time>2 days ago</time>{text * 9}')
read(f'<html lang=en><h1>Ferry</h1>{text * 9}')
read(f'<html lang=en><h1>Ferry</h1><p class="date">October 7 09:10 2021</p><ul>{links * 80}</ul>')
read(f'<html><h1>Ferry</h1>{text * 9}')
# A codec is loaded in no time.
print(*sorted(name for name in set(sys.modules) - before if not name.startswith("encodings.")))
print(*(name for name in opened if "encodings" not in str(name)))
"""


def loaded(how: str) -> list[str]:
    run = subprocess.run([sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, check=True, timeout=120)
    return run.stdout.split()


def test_a_warm_worker_loads_nothing_for_its_first_pages() -> None:
    cold = loaded("cold")
    assert "dateparser" in cold
    assert any("py3langid/data/model" in name for name in cold)
    assert loaded("warm") == []
