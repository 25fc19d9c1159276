"""Copy an archive that nobody is writing: ``python copy_archive.py SOURCE TARGET``, each a folder or ``s3://bucket/prefix``.

pyarrow, which Broadsheet brings, does it; for S3 the environment names credentials and region, as for Broadsheet.
"""

import sys
from pathlib import Path

from pyarrow import fs


def opened(place: str) -> tuple[fs.FileSystem, str]:
    """The file system of a place, and the path there."""
    return fs.FileSystem.from_uri(place if "://" in place else str(Path(place).resolve()))


def copy(source: str, target: str) -> None:
    """Copy all but the locks, the marker last: until it is there, the target is no archive."""
    (here, path), (there, new) = opened(source), opened(target)
    if there.get_file_info(f"{new}/broadsheet.json").type is not fs.FileType.NotFound:
        sys.exit(f"{target} holds an archive; name a place that holds none")
    entries = here.get_file_info(fs.FileSelector(path))
    for entry in sorted(entries, key=lambda one: (one.base_name == "broadsheet.json", one.path)):
        if entry.base_name != "locks":
            sys.stderr.write(f"{entry.base_name}\n")
            if there.type_name == "local":
                Path(new).mkdir(parents=True, exist_ok=True)
            fs.copy_files(entry.path, f"{new}/{entry.base_name}", source_filesystem=here, destination_filesystem=there)


copy(*sys.argv[1:])
