"""Durations and sizes as people write them: ``"15m"`` and ``"20 MB"`` to seconds and bytes."""

from __future__ import annotations

import math
import re

_QUANTITY = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?) ?([a-z]{1,7})", re.IGNORECASE)

DURATIONS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
# Decimal prefixes as in the SI; the binary ones of IEC 80000-13 beside them.
SIZES = {
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "tib": 2**40,
}


def duration(value: object) -> float:
    """Seconds in ``"30s"``, ``"15m"``, ``"6h"``, ``"1d"``, or in a number of seconds; ValueError for anything else."""
    return _quantity(value, DURATIONS)


def size(value: object) -> int:
    """Bytes in ``"20 MB"``, ``"1 GB"`` (decimal), ``"1 GiB"``, or a number of bytes; ValueError for anything else."""
    return int(_quantity(value, SIZES))


def _quantity(value: object, units: dict[str, float] | dict[str, int]) -> float:
    if isinstance(value, str):
        found = _QUANTITY.fullmatch(value.strip())
        unit = units.get(found[2].lower()) if found else None
        if found is None or unit is None:
            raise ValueError("no number with a known unit")
        return float(found[1]) * unit
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("neither a text nor a number")  # noqa: TRY004 - one kind of error for callers
    if isinstance(value, int) and value.bit_length() > 63:
        raise ValueError("too large")
    number = float(value)
    if not math.isfinite(number) or number < 0:
        raise ValueError("negative or without an end")
    return number
