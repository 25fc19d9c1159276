"""What an operator declared of a source, beside what its last seven days brought."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from storage.health.model import Expectations
from storage.health.series import DAY, FLAGS, WEEK, Series
from storage.health.shares import Lack

_LEAST = 5


def unmet(series: Series, declared: Mapping[str, Expectations], now: int) -> list[Lack]:
    """Every demand that the seven days before ``now`` do not meet, with the demand as ``past`` and chance 0.

    A source of less than a day has nothing to meet yet, one of less than a week is measured over what there is of it; a
    share or a length needs five articles.
    """
    found: list[Lack] = []
    first = series.first()
    for index, name in enumerate(series.sources):
        wanted = declared.get(name)
        begin = max(now - WEEK, int(first[index]))
        if wanted is None or now - begin < DAY:
            continue
        low, high = np.searchsorted(series.keys, [(index << 32) + begin, (index << 32) + now])
        seen = int(high - low)
        measured = {"articles_per_day": (wanted.articles_per_day, seen / ((now - begin) / DAY))}
        if seen >= _LEAST:
            for row, code in enumerate(FLAGS):
                if code != "date_source":
                    share = float(series.sums[row][high] - series.sums[row][low]) / seen
                    measured[code] = (getattr(wanted, code), share)
            measured["words"] = (wanted.words, float(np.median(series.words[low:high])))
        found += [
            Lack(
                source=index,
                code=f"expect_{code}",
                since=begin,
                now=value,
                past=demand,
                seen=seen,
                chance=0.0,
            )
            for code, (demand, value) in measured.items()
            if demand is not None and value < demand
        ]
    return found
