"""The command ``broadsheet``: names, options and help; the work is done in :mod:`crawler.commands`.

Exit codes: 0 done; 1 a run that failed, or nothing found; 2 the command could not start; 3 done, but a source was left
out, is silent or fell out.
"""

from __future__ import annotations

import sys

import click

from crawler.cli.clustering import cluster
from crawler.cli.crawling import add, crawl, demo, init
from crawler.cli.importing import import_
from crawler.cli.reading import coverage, diff, inspect, show, status
from crawler.cli.reporting import report
from crawler.cli.reprocessing import rebuild
from crawler.cli.sharing import export, hydrate
from crawler.cli.sparing import leave_pandas_out
from crawler.cli.upkeep import compact, forget, migrate, snapshot, verify
from crawler.cli.watching import health

COMMANDS = (
    init,
    crawl,
    add,
    show,
    diff,
    status,
    coverage,
    cluster,
    health,
    report,
    inspect,
    export,
    hydrate,
    compact,
    snapshot,
    verify,
    migrate,
    forget,
    import_,
    rebuild,
    demo,
)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done; 1 the run failed, or nothing was found; 2 the command could not start; "
    "3 done, but a source was left out, is silent or fell out.",
)
@click.version_option(package_name="broadsheet", message="%(prog)s %(version)s")
def main() -> None:
    """Archive news: crawl sites politely, keep every page as it was served (WARC), and turn each one into a row of a
    Parquet archive.

    \b
    A first archive of your own:
      broadsheet init              writes broadsheet.toml; put in your contact and sources
      broadsheet crawl             crawls them; run it again whenever you like
      broadsheet status            says what is there
      broadsheet show URL          shows one article
      broadsheet diff URL          shows what its publisher changed
    """
    # A process that is started from this one would load the script that called us, and the command line with it, again.
    script = vars(sys.modules["__main__"])
    if script.get("main") is main and script.get("__spec__") is None:
        script.pop("__file__", None)
    leave_pandas_out()


for _command in COMMANDS:
    main.add_command(_command)
