"""news-please's extractor for Common Crawl's news on one file: prints how many articles it gave. Runs in its own venv.

usage: news_please.py FILE
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

# The one imports the other, and only this order does.
from newsplease.crawler import commoncrawl_crawler  # noqa: F401
from newsplease.crawler.commoncrawl_extractor import CommonCrawlExtractor

sys.path.insert(0, str(Path(__file__).parents[1] / "extraction"))
from adapters import nltk_data

nltk_data.install()


def main(file: Path) -> None:
    """Extract as the program does with a file that it has downloaded before; each article becomes a line of JSON."""
    with file.with_suffix(".jsonl").open("w", encoding="utf-8") as out:
        count = 0

        def keep(article: object) -> None:
            nonlocal count
            count += 1
            out.write(json.dumps(article.get_serializable_dict(), default=str) + "\n")  # type: ignore[attr-defined]

        CommonCrawlExtractor().extract_from_commoncrawl(
            file.name,
            keep,
            callback_on_warc_completed=lambda *_: None,
            local_download_dir_warc=str(file.parent),
            delete_warc_after_extraction=False,
        )
    print(count)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
