"""Exporting articles: one snapshot, filtered and sorted, as Parquet, JSON lines, CSV, or a Hugging Face folder.

>>> import storage
>>> from pathlib import Path
>>> from storage.export import Wanted, export
>>> archive = storage.open_archive("archive")                                       # doctest: +SKIP
>>> export(archive, Wanted(sources=("daily",)), Path("daily.parquet"))              # doctest: +SKIP
"""

from storage.export.output import NotWritten
from storage.export.run import Exported, WrittenFile, export
from storage.export.tokens import BadCondition
from storage.export.wanted import BadWish, Form, Wanted

__all__ = ["BadCondition", "BadWish", "Exported", "Form", "NotWritten", "Wanted", "WrittenFile", "export"]
