"""The rows of the table ``clusters``: those of new articles, and those that are there and no longer say what is so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.clusters.members import Ints, Members
from pipelines.clusters.shingles import Marks
from pipelines.clusters.signatures import METHOD, Signatures
from pipelines.clusters.texts import Texts
from storage.rows import Rows
from storage.schema import CLUSTERS, INSTANT


def fresh(new: pa.Table, *, signatures: Signatures, sizes: Ints, marks: Sequence[Marks], reprint: pa.Array) -> pa.Table:
    """The rows of new articles as far as their texts tell them; :func:`placed` fills in the rest."""
    count = new.num_rows
    signed = [signature.tobytes() if size else None for signature, size in zip(signatures, sizes, strict=True)]
    empty = {"cluster": "", "role": "", "run": ""}
    told = {
        **{name: new[name] for name in ("id", "row", "month", "since", "known_by")},
        **{name: pa.repeat(pa.scalar(value), count) for name, value in empty.items()},
        "similarity": pa.repeat(pa.scalar(0.0, pa.float32()), count),
        "contained": pa.repeat(pa.scalar(0.0, pa.float32()), count),
        "reprint": reprint,
        "shingles": pa.array(sizes, pa.int32()),
        "signature": pa.array(signed, pa.binary()),
        "paragraphs": pa.array([mark.tobytes() for mark in marks], pa.binary()),
        "method": pa.repeat(pa.scalar(METHOD), count),
        "at": pa.nulls(count, INSTANT),
    }
    return pa.table(
        [told[name].cast(CLUSTERS.schema.field(name).type) for name in CLUSTERS.schema.names], CLUSTERS.schema
    )


def there(rows: Rows, ids: Sequence[str], months: Sequence[str]) -> pa.Table:
    """The rows of these articles, of these months, as they stand."""
    near = pc.field("month").isin(pa.array(sorted(set(months)), pa.string()))
    return rows.to_table(filter=near & pc.field("id").isin(pa.array(ids, pa.string())))


def placed(
    rows: pa.Table, numbers: Sequence[int], members: Members, texts: Texts, *, run: str, at: dt.datetime
) -> pa.Table:
    """``rows``, of the articles with these numbers, with the cluster, role and likeness that they have now."""
    codes = members.cluster[np.array(numbers, np.int64)]
    firsts = [members.firsts[code] for code in codes]
    pairs = [(number, first) for number, first in zip(numbers, firsts, strict=True) if number != first]
    texts.fetch([number for pair in pairs for number in pair])
    alike = {pair: texts.like(*pair) for pair in pairs}
    found = [alike.get(pair) for pair in zip(numbers, firsts, strict=True)]
    values = {
        "cluster": [members.names[code] for code in codes],
        "role": ["first" if one is None else "copy" for one in found],
        "similarity": [1.0 if one is None else one.jaccard for one in found],
        "contained": [1.0 if one is None else one.contained for one in found],
        "run": [run] * len(found),
        "at": [at] * len(found),
    }
    for name, column in values.items():
        place = rows.schema.get_field_index(name)
        rows = rows.set_column(place, rows.schema.field(place), pa.array(column, rows.schema.field(place).type))
    return rows
