"""Where a crawl's metrics go, by the configuration."""

from __future__ import annotations

import os

from crawler.config import Config, ConfigError
from crawler.metrics import Exporter, Server


def exporter(config: Config) -> Exporter:
    """What keeps the metrics of a run where ``[metrics]`` wants them: a file, a port, both or neither.

    Raises:
        ConfigError: the file's folder is not there or may not be written, or the port cannot be had.
    """
    wanted = config.metrics
    server = None
    if wanted.textfile is not None:
        folder = wanted.textfile.parent
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            problem = f"nothing can be written into the folder {str(folder)!r}"
            remedy = "make it, change its rights, or write another path"
            raise ConfigError(file=config.file, table="metrics", key="textfile", problem=problem, remedy=remedy)
    if wanted.listen is not None:
        try:
            server = Server(*wanted.listen)
        except OSError as error:
            problem = f"{wanted.listen[0]}:{wanted.listen[1]} cannot be listened on ({error.strerror or error})"
            remedy = "write another port; two crawls at once need one each, or a textfile each"
            raise ConfigError(file=config.file, table="metrics", key="listen", problem=problem, remedy=remedy) from None
    return Exporter(wanted.textfile, server)
