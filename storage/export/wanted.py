"""What of the articles is to be exported, and in which form."""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from storage.errors import ArchiveError
from storage.export.conditions import UnknownColumn, condition
from storage.export.copies import NAMES as OF_COPIES
from storage.schema import ARTICLES

Form = Literal["parquet", "jsonl", "csv", "huggingface"]
# The month of an article without a date, or with one in the future.
_UNDATED = "unknown"
_LAST = (
    "{name} is no column of the articles: "
    + f"{', '.join(OF_COPIES)} come last with copies and cannot be named in columns or where; filter the file"
)


class BadWish(ArchiveError):
    """What is wanted cannot be had; the message says what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which articles and columns, and in which form.

    ``since`` and ``until`` are days of publication, both included; articles without a date are in neither. ``sources``
    and ``languages`` are all where empty; ``en`` means ``en-GB`` too. ``where`` is a condition as
    :mod:`storage.export.conditions` has it. ``columns`` are all where empty. ``all_revisions`` takes every revision in
    place of the current one. ``terms`` names fields as schema.org does; ``manifest`` exports no text but what it is
    known by; ``copies`` adds what the table ``clusters`` says of each article. ``file_size`` (bytes) is how large one
    of several files gets, None for a single file.
    """

    form: Form = "parquet"
    since: dt.date | None = None
    until: dt.date | None = None
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    where: str | None = None
    columns: tuple[str, ...] = ()
    all_revisions: bool = False
    terms: bool = False
    manifest: bool = False
    copies: bool = False
    file_size: int | None = None

    def check(self) -> None:
        """Raise BadWish, or BadCondition, where what is wanted contradicts itself or names what there is not."""
        for name in self.columns:
            if name not in ARTICLES.schema.names:
                if self.copies and name in OF_COPIES:
                    raise BadWish(_LAST.format(name=name))
                near = difflib.get_close_matches(name, ARTICLES.schema.names, n=1)
                there = f"did you mean {near[0]}?" if near else f"there are: {', '.join(ARTICLES.schema.names)}"
                raise BadWish(f"there is no column {name!r}; {there}")
        doubled = sorted({name for name in self.columns if self.columns.count(name) > 1})
        if doubled:
            raise BadWish(f"the column {doubled[0]} is named twice; name it once")
        if self.since is not None and self.until is not None and self.until < self.since:
            raise BadWish(f"until {self.until} lies before since {self.since}; write the later day last")
        if self.manifest and (self.columns or self.terms):
            raise BadWish("a manifest has columns of its own; leave out columns and the form of schema.org")
        if self.copies and (self.manifest or self.terms):
            raise BadWish("copies have no column in a manifest and no word of schema.org; leave one of the two out")
        if self.manifest and self.form == "huggingface":
            raise BadWish("a manifest is no Hugging Face folder; export it as .csv, .jsonl or .parquet")
        if self.terms and self.form == "huggingface":
            raise BadWish("a Hugging Face folder keeps the columns' names; export schema.org's as parquet or jsonl")
        if self.where is not None:
            try:
                condition(self.where, ARTICLES.schema)
            except UnknownColumn as error:
                if self.copies and error.column in OF_COPIES:
                    raise BadWish(_LAST.format(name=error.column)) from None
                raise

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of ``articles`` that are exported, in order."""
        return self.columns or tuple(ARTICLES.schema.names)

    def filter(self) -> pc.Expression | None:
        """The rows that are wanted, as an Arrow expression; None for all."""
        found: list[pc.Expression] = []
        if self.sources:
            found.append(pc.field("source").isin(pa.array(sorted(self.sources), pa.string())))
        if self.since is not None:
            # The month too: by it whole partitions are left unread.
            found.append(pc.field("date") >= pa.scalar(self.since))
            found.append((pc.field("month") >= f"{self.since:%Y-%m}") | (pc.field("month") == _UNDATED))
        if self.until is not None:
            found.append(pc.field("date") <= pa.scalar(self.until))
            found.append((pc.field("month") <= f"{self.until:%Y-%m}") | (pc.field("month") == _UNDATED))
        if self.languages:
            tags = [pc.field("language") == tag for tag in self.languages]
            tags += [pc.starts_with(pc.field("language"), f"{tag}-") for tag in self.languages]
            found.append(_any(tags))
        if self.where is not None:
            found.append(condition(self.where, ARTICLES.schema))
        if not found:
            return None
        whole = found[0]
        for one in found[1:]:
            whole = whole & one
        return whole


def _any(expressions: list[pc.Expression]) -> pc.Expression:
    whole = expressions[0]
    for one in expressions[1:]:
        whole = whole | one
    return whole
