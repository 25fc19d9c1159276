"""What another extractor makes of the same pages: field by field, beside what the archive holds.

A value is there where it is neither null, empty nor ``unknown``. It *appeared* where only the new row has one,
*vanished* where only the old one had one, and *changed* where both differ. A body or list that changed is *shortened*,
too, where it is shorter and has lost a whole paragraph or item: that is what a worse extractor does to a body without
taking it away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from storage.records import Article

FIELDS = (
    "title", "date", "date_published", "date_modified", "utc_offset", "date_raw", "date_source", "description",
    "bullets", "body", "authors", "section", "tags", "language", "image_url", "image_caption", "kind", "access",
    "publisher", "canonical_url", "declared_canonical", "rights", "warnings",
)  # fmt: skip
"""The columns that a page's reading fills and that people compare: no keys, no places, nothing that follows."""

# Losing one of these makes an article no worse: they say how it was read, or what is wrong with it.
_HARMLESS = frozenset(
    {"utc_offset", "date_raw", "date_source", "kind", "access", "declared_canonical", "rights", "warnings"}
)
# Characters of a sample's values, and of what is shown before the first difference.
CUT, CONTEXT = 200, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One value that differs: the page's address, both values as text, None where there was none."""

    url: str
    change: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDifference:
    """One field of one source's articles: how many had a value, and of how many it changed, appeared or vanished.

    Those ``shortened`` are among the ``changed``.
    """

    field: str
    had: int
    changed: int
    appeared: int
    vanished: int
    shortened: int
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageChange:
    """A page that became an article or is one no more: its address, its headline, and why it was, or is, none."""

    url: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """How many pages turned out otherwise for one reason, with a few of them."""

    reason: str
    count: int
    samples: tuple[PageChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """More of a source's articles lose something than may: what they lose, how many of how many."""

    what: str
    count: int
    of: int

    @property
    def share(self) -> float:
        """Lost out of had, 0 to 1."""
        return self.count / self.of


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What reading one source's pages again changes.

    ``pages`` were read, ``compared`` rows stand before and after, of which ``same`` differ in nothing that is compared.
    ``accepted`` pages were no articles and are (by the reason for which they were none), ``rejected`` ones were and are
    none (by the new reason). ``edits`` are further revisions that show now, ``no_edits`` rows that told an edit where
    the extractor now reads the same. ``kept`` are pages left as they are, by what kept them from being read.
    """

    source: str
    pages: int
    compared: int
    same: int
    fields: tuple[FieldDifference, ...] = ()
    accepted: tuple[Turned, ...] = ()
    rejected: tuple[Turned, ...] = ()
    edits: int = 0
    no_edits: int = 0
    kept: tuple[Turned, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether anything does that is compared, or a page could not be read."""
        turned = self.accepted or self.rejected or self.kept
        return bool(turned or self.edits or self.no_edits or self.same < self.compared)

    @property
    def articles(self) -> int:
        """Rows that stood before and were read again."""
        return self.compared + self.gone + self.no_edits

    @property
    def gone(self) -> int:
        """Rows of pages that are no articles any more."""
        return sum(turned.count for turned in self.rejected)

    def losses(self, bound: float) -> tuple[Loss, ...]:
        """What more than ``bound`` (0 to 1) of the source's articles would lose."""
        found = [Loss(what="article", count=self.gone, of=self.articles)]
        found += [
            Loss(what=one.field, count=one.vanished + one.shortened, of=one.had)
            for one in self.fields
            if one.field not in _HARMLESS
        ]
        return tuple(loss for loss in found if loss.count and loss.share > bound)


@dataclass(slots=True)
class _Field:
    had: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)


class Comparison:
    """Counts the differences of one source as they come; memory does not grow with the articles.

    ``samples`` bounds what is kept of each kind of change in each field, and of each reason.
    """

    def __init__(self, source: str, *, samples: int) -> None:
        self._source = source
        self._samples = samples
        self._fields = {name: _Field() for name in FIELDS}
        self._turned: dict[str, dict[str, list[PageChange]]] = {"accepted": {}, "rejected": {}, "kept": {}}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._totals: Counter[str] = Counter()

    def page(self) -> None:
        """A page was read again, or was to be."""
        self._totals["pages"] += 1

    def edit(self) -> None:
        """A page shows a further revision of its article."""
        self._totals["edits"] += 1

    def no_edit(self) -> None:
        """A row that told an edit goes: the extractor reads what it read before."""
        self._totals["no_edits"] += 1

    def turned(self, how: str, page: PageChange) -> None:
        """A page was ``accepted`` or ``rejected``, or had to be ``kept`` as it is."""
        self._counts[how, page.reason] += 1
        held = self._turned[how].setdefault(page.reason, [])
        if len(held) < self._samples:
            held.append(page)

    def rows(self, old: Article, new: Article) -> None:
        """One row stands before and after."""
        self._totals["compared"] += 1
        differs = False
        for name, found in self._fields.items():
            before, after = _present(getattr(old, name)), _present(getattr(new, name))
            found.had += before is not None
            if before == after:
                continue
            differs = True
            change = "appeared" if before is None else "vanished" if after is None else "changed"
            found.counts[change] += 1
            if change == "changed" and _is_shortened(name, before, after):
                found.counts["shortened"] += 1
                change = "shortened"
            if sum(sample.change == change for sample in found.samples) < self._samples:
                told = _shown(before, after)
                found.samples.append(Sample(url=new.url, change=change, old=told[0], new=told[1]))
        self._totals["same"] += not differs

    def result(self) -> Differences:
        """What has been counted."""
        return Differences(
            source=self._source,
            pages=self._totals["pages"],
            compared=self._totals["compared"],
            same=self._totals["same"],
            fields=tuple(self._told(name, found) for name, found in self._fields.items() if found.counts),
            accepted=self._reasons("accepted"),
            rejected=self._reasons("rejected"),
            edits=self._totals["edits"],
            no_edits=self._totals["no_edits"],
            kept=self._reasons("kept"),
        )

    @staticmethod
    def _told(name: str, found: _Field) -> FieldDifference:
        return FieldDifference(
            field=name,
            had=found.had,
            changed=found.counts["changed"],
            appeared=found.counts["appeared"],
            vanished=found.counts["vanished"],
            shortened=found.counts["shortened"],
            samples=tuple(found.samples),
        )

    def _reasons(self, how: str) -> tuple[Turned, ...]:
        counted = [(count, reason) for (turned, reason), count in self._counts.items() if turned == how]
        return tuple(
            Turned(reason=reason, count=count, samples=tuple(self._turned[how][reason]))
            for count, reason in sorted(counted, key=lambda one: (-one[0], one[1]))
        )


def _present(value: object) -> object:
    return None if value in (None, "", (), "unknown") else value


def _is_shortened(name: str, old: object, new: object) -> bool:
    """Whether a body or list is shorter and has lost a whole paragraph or item."""
    if isinstance(old, tuple) and isinstance(new, tuple):
        return len(new) < len(old) and not set(old) <= set(new)
    if name != "body" or not isinstance(old, str) or not isinstance(new, str):
        return False
    left = " ".join(new.split())
    return len(left) < len(" ".join(old.split())) and any(
        " ".join(paragraph.split()) not in left for paragraph in old.split("\n\n")
    )


def _shown(old: object, new: object) -> tuple[str | None, str | None]:
    """Both values as text, from a little before their first difference on, cut."""
    before, after = _text(old), _text(new)
    if before is None or after is None:
        return _cut(before), _cut(after)
    start = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), None)
    start = min(len(before), len(after)) if start is None else start
    start = max(0, start - CONTEXT) if max(len(before), len(after)) > CUT else 0
    lead = "…" if start else ""
    return _cut(lead + before[start:]), _cut(lead + after[start:])


def _text(value: object) -> str | None:
    if value is None:
        return None
    return " | ".join(_strings(value)) if isinstance(value, tuple) else " ".join(str(value).split())


def _strings(values: Iterable[object]) -> list[str]:
    return [" ".join(str(value).split()) for value in values]


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= CUT else f"{text[: CUT - 1]}…"
