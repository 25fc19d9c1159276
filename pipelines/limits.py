"""What a page may cost where it is extracted in a process of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

TIMEOUT: Final = 20.0
"""Seconds a page gets unless the configuration says otherwise (``extract_timeout``)."""
MEMORY: Final = 10**9
"""Bytes of memory that its process gets unless the configuration says otherwise (``extract_memory``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """``timeout`` in seconds and ``memory`` in bytes; a crawl's defaults, where no configuration is at hand."""

    timeout: float = TIMEOUT
    memory: int = MEMORY
