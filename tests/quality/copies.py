"""How well copies are told from what only looks alike: ``python -m tests.quality.copies --write``.

The set is written by this program, the same whenever it runs: reports of an invented grammar in English, and the demo
papers' articles in eight languages; of each some copies and some texts that must not be taken for one. Without a flag
the figures are printed; with ``--write`` they are put into ``docs/clusters.md``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from crawler.demo.model import articles as demo_articles
from pipelines.clusters import cluster
from storage.archive import Archive
from storage.schema import ARTICLES
from tests.archive_samples import NOON, article

PAGE = Path(__file__).parents[2] / "docs" / "clusters.md"
MARKS = "<!-- figures: python -m tests.quality.copies --write -->", "<!-- end of figures -->"
STORIES = 60


def _phrases(text: str) -> list[str]:
    return text.split("|")


_WHO = _phrases(
    "harbour master|city council|fishing fleet|night nurse|ferry operator|young engineer|regional court|"
    "museum director|school board|water authority|retired judge|bus driver|opposition leader|rescue team|"
    "football club|tax office|weather service|university senate|port union|brewery owner|forest ranger|"
    "railway company|film festival|bread maker|housing agency|mountain guide|island pastor|chess champion|"
    "customs officer|bridge inspector|power company|mayor"
)
_DID = _phrases(
    "rejected|repaired|announced|postponed|measured|inherited|sold|criticised|welcomed|cancelled|counted|"
    "restored|approved|doubled|abandoned|photographed|defended|questioned|inspected|replaced|delayed|finished|"
    "misjudged|opened"
)
_WHAT = _phrases(
    "winter timetable|stone bridge|budget for schools|new contract|oldest lighthouse|flood barrier|rent increase|"
    "night ferry|drinking water plan|car park|fish quota|museum wing|railway tunnel|bread price|film archive|"
    "cable car|wind farm|court building|ice rink|harbour crane|hospital ward|bus network|tax form|forest path|"
    "power station|vaccination campaign|chess tournament|beer festival|village shop|phone mast|sewage works|"
    "public library"
)
_WHERE = _phrases(
    "in the old town|near the northern pier|on the outer islands|behind the station|at the border|"
    "along the river|below the castle|in three villages|outside the capital|at the airport|"
    "in the eastern district|on the market square|by the lake|in the upper valley|next to the cathedral|"
    "off the coast"
)
_WHEN = _phrases(
    "on Monday|late on Tuesday|early on Wednesday|on Thursday evening|before the weekend|after months of talks|"
    "for the second time|in spite of protests|without giving reasons|under heavy rain|a year later than planned|"
    "to everyone's surprise|with a narrow majority|during the summer break|ahead of the elections|"
    "as the tide came in"
)
_WHY = _phrases(
    "because the money had run out|although experts had warned of it|so that work could begin in spring|"
    "after an engineer had found cracks|since nobody had applied|while residents gathered signatures|"
    "which will cost about {n} million crowns|as {n} households had asked|although only {n} people attended|"
    "after {n} complaints in a single week|and {n} jobs depend on it|but {n} questions remain open"
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened; two papers put it in other words."""

    who: str
    did: str
    what: str
    where: str
    when: str
    why: str

    def told(self) -> str:
        """As the one paper says it."""
        return f"The {self.who} {self.did} the {self.what} {self.where} {self.when}, {self.why}."

    def retold(self) -> str:
        """As the other does."""
        said = f"it was said {self.where} that the {self.what} had been {self.did} by the {self.who}"
        return f"{self.why.capitalize()}, {said}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A text of the set: samples with the same ``story`` are copies; ``sort`` says how it was made."""

    story: str
    sort: str
    source: str
    body: str
    minutes: int


def samples(seed: int = 7) -> list[Sample]:
    """The set, in no order."""
    dice = random.Random(seed)
    made = [*_english(dice), *_languages(), *_houses(dice), *_round_ups(dice)]
    dice.shuffle(made)
    return made


def _facts(dice: random.Random, count: int) -> list[Fact]:
    lists = (_WHO, _DID, _WHAT, _WHERE, _WHEN)
    return [
        Fact(*(dice.choice(one) for one in lists), dice.choice(_WHY).format(n=dice.randint(2, 990)))
        for _ in range(count)
    ]


def _paragraphs(sentences: Sequence[str], size: int = 3) -> list[str]:
    return [" ".join(sentences[at : at + size]) for at in range(0, len(sentences), size)]


def _english(dice: random.Random) -> Iterator[Sample]:
    for number in range(STORIES):
        story = f"story-{number}"
        facts = _facts(dice, dice.randint(15, 36))
        quotes = ['"' + fact.told()[:-1] + '," she said.' for fact in _facts(dice, 2)]
        body = [*_paragraphs([fact.told() for fact in facts]), *quotes]
        yield Sample(story=story, sort="original", source=f"paper-{number % 9}", body="\n\n".join(body), minutes=0)
        for sort, copy in [*_copies(dice, body), ("half of it rewritten", _rewritten(dice, body))]:
            name = f"other-{dice.randrange(30)}"
            yield Sample(story=story, sort=sort, source=name, body="\n\n".join(copy), minutes=dice.randint(1, 600))
        count = len(body)
        later = [
            *_paragraphs([fact.told() for fact in _facts(dice, 2 * count)])[: round(count * 0.55)],
            *body[round(count * 0.55) :],
        ]
        yield Sample(
            story=f"{story}-later", sort="follow-up that repeats 45 %", source=f"paper-{number % 9}",
            body="\n\n".join(later), minutes=1440,
        )  # fmt: skip
        order = dice.sample(facts, len(facts))
        other = [*_paragraphs([fact.retold() for fact in order]), *quotes]
        yield Sample(
            story=f"{story}-retold",
            sort="same event in other words",
            source="rival",
            body="\n\n".join(other),
            minutes=9,
        )


def _rewritten(dice: random.Random, body: Sequence[str]) -> list[str]:
    """Every other paragraph with words of the editor's own."""
    other = _paragraphs([fact.retold() for fact in _facts(dice, 3 * len(body))])
    return [other[at] if at % 2 else part for at, part in enumerate(body)]


def _copies(dice: random.Random, body: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Texts that an editor would make of ``body``, and how."""
    count = len(body)
    yield "reprint with a line of its own", ["(Own report) " + body[0], *body[1:], "First printed elsewhere."]
    yield "3 % of words changed, a paragraph less", _changed(dice, body[:2] + body[3:], 0.03)
    yield "10 % of words changed", _changed(dice, body, 0.10)
    yield "15 % of words changed", _changed(dice, body, 0.15)
    yield "20 % of words changed", _changed(dice, body, 0.20)
    yield "shortened to a half", body[: count // 2]
    yield "shortened to a third, 5 % of words changed", _changed(dice, body[: round(count / 3)], 0.05)
    yield "shortened to a fifth", body[: max(1, round(count / 5))]
    yield "shortened to a third", body[: round(count / 3)]
    yield "every other paragraph", body[::2]
    yield (
        "paragraphs joined, a third added",
        [
            " ".join(body),
            *_paragraphs([fact.told() for fact in _facts(dice, count)]),
        ],
    )


def _changed(dice: random.Random, body: Sequence[str], share: float) -> list[str]:
    words = [*_WHO, *_DID]
    return [
        " ".join(dice.choice(words).split()[0] if dice.random() < share else word for word in part.split())
        for part in body
    ]


def _languages() -> Iterator[Sample]:
    """The demo papers' articles, reprinted and shortened."""
    for number, one in enumerate(demo_articles()):
        if "syndicated" in one.traits:
            continue
        story, body = f"demo-{number}", list(one.body)
        yield Sample(story=story, sort="original", source="paper", body="\n\n".join(body), minutes=0)
        yield Sample(
            story=story, sort="reprint, eight languages", source="blog", body="\n\n".join([*body, "© 2026"]),
            minutes=30,
        )  # fmt: skip
        cut = list(body)
        while len(cut) > 1 and len("".join(cut)) > 0.6 * len("".join(body)):
            cut.pop()
        yield Sample(story=story, sort="shortened, eight languages", source="portal", body="\n\n".join(cut), minutes=60)


def _houses(dice: random.Random) -> Iterator[Sample]:
    """Short notices of three houses, each with the same long foot below."""
    for house in range(3):
        foot = "\n\n".join(_paragraphs([fact.told() for fact in _facts(dice, 9)]))
        for number in range(25):
            notice = _paragraphs([fact.told() for fact in _facts(dice, 4)])
            yield Sample(
                story=f"notice-{house}-{number}", sort="another notice above the same foot", source=f"house-{house}",
                body="\n\n".join([*notice, foot]), minutes=number,
            )  # fmt: skip
        for number in range(2):
            notice = _paragraphs([fact.told() for fact in _facts(dice, 4)])
            yield Sample(
                story=f"few-{house}-{number}", sort="one of only two notices above the same foot",
                source=f"small-{house}", body="\n\n".join([*notice, foot[: len(foot) // 2]]), minutes=number,
            )  # fmt: skip
        form = [fact.told() for fact in _facts(dice, 12)]
        for number in range(10):
            said = " ".join(f"{part} The count was {dice.randint(1000, 9999)}." for part in form)
            yield Sample(
                story=f"form-{house}-{number}", sort="the same long sentences with other figures",
                source=f"office-{house}", body=said, minutes=number * 1440,
            )  # fmt: skip
        # The same report for every day, with other figures.
        for number in range(10):
            said = " ".join(
                f"The {what} stood at {dice.randint(100, 999)} crowns, {dice.choice(('up', 'down'))} "
                f"{dice.randint(1, 99)} {dice.choice(_WHEN)}."
                for what in _WHAT[house * 8 : house * 8 + 8]
            )
            yield Sample(
                story=f"market-{house}-{number}", sort="the same form with other figures", source=f"house-{house}",
                body=said, minutes=number * 1440,
            )  # fmt: skip


def _round_ups(dice: random.Random) -> Iterator[Sample]:
    for number in range(10):
        parts = [_paragraphs([fact.told() for fact in _facts(dice, 9)]) for _ in range(5)]
        for at, part in enumerate(parts):
            yield Sample(
                story=f"part-{number}-{at}", sort="original", source=f"paper-{at}", body="\n\n".join(part), minutes=at
            )
        whole = "\n\n".join("\n\n".join(part) for part in parts)
        yield Sample(
            story=f"round-up-{number}", sort="round-up of five reports", source="agency", body=whole, minutes=900
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Pairs that were found, that are right, and that there are; by the sort of a text, how often, of how many.

    ``recall`` tells of copies whether they are of their original's cluster, ``wrong`` of texts without a copy whether
    they are in any cluster with another.
    """

    texts: int
    found: int
    right: int
    true: int
    recall: dict[str, tuple[int, int]]
    wrong: dict[str, tuple[int, int]]

    @property
    def precision(self) -> float:
        """Share of the pairs in one cluster that are copies."""
        return self.right / self.found

    @property
    def recalled(self) -> float:
        """Share of the pairs of copies that are in one cluster."""
        return self.right / self.true


def measure(made: Sequence[Sample], folder: Path, *, batch: int) -> Figures:
    """Cluster the set in an archive in ``folder``, and compare with the truth."""
    archive = Archive.create(folder / "archive")
    rows = [
        article(
            number, source=one.source, body=one.body, date_published=NOON + dt.timedelta(minutes=one.minutes), run="set"
        )
        for number, one in enumerate(made)
    ]
    archive.append(ARTICLES, rows, run="set", number=1)
    cluster(archive, batch=batch)
    table = archive.clusters().to_table(["id", "cluster"]).to_pylist()
    names = {int(row["id"], 16): row["cluster"] for row in table}
    found = _pairs({number: names[number] for number in range(len(made))})
    true = _pairs({number: one.story for number, one in enumerate(made)})
    firsts = {one.story: number for number, one in enumerate(made) if one.sort == "original"}
    sizes = Counter(one.story for one in made)
    falsely = {number for pair in found - true for number in pair}
    recall: dict[str, list[bool]] = defaultdict(list)
    wrong: dict[str, list[bool]] = defaultdict(list)
    for number, one in enumerate(made):
        if sizes[one.story] == 1:
            wrong["report that a round-up holds" if one.sort == "original" else one.sort].append(number in falsely)
        elif one.sort != "original":
            recall[one.sort].append(names[number] == names[firsts[one.story]])
    return Figures(
        texts=len(made),
        found=len(found),
        right=len(found & true),
        true=len(true),
        recall={sort: (sum(hits), len(hits)) for sort, hits in recall.items()},
        wrong={sort: (sum(hits), len(hits)) for sort, hits in wrong.items()},
    )


def _pairs(names: dict[int, str]) -> set[tuple[int, int]]:
    by = defaultdict(list)
    for number, name in names.items():
        by[name].append(number)
    return {pair for one in by.values() for pair in combinations(sorted(one), 2)}


def table(figures: Figures) -> str:
    """The figures as Markdown."""
    lines = [
        f"{figures.texts:,} texts, {figures.true:,} pairs of them copies. **Precision {figures.precision:.3f}**: so",
        f"many of the pairs in one cluster are copies. **Recall {figures.recalled:.3f}**: so many copies are found.",
        "",
        "| copies | found with their original |",
        "|---|---|",
        *(f"| {sort} | {hit} of {count} |" for sort, (hit, count) in sorted(figures.recall.items())),
        "",
        "| no copies | taken for a copy of another story |",
        "|---|---|",
        *(f"| {sort} | {hit} of {count} |" for sort, (hit, count) in sorted(figures.wrong.items())),
    ]
    return "\n".join(lines)


def written(text: str, figures: Figures) -> str:
    """A page with the figures between its marks."""
    begin, end = MARKS
    return re.sub(
        f"{re.escape(begin)}.*{re.escape(end)}", lambda _: f"{begin}\n\n{table(figures)}\n\n{end}", text, flags=re.S
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--write", action="store_true", help="put the figures into docs/clusters.md")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measured = measure(samples(), Path(folder), batch=20_000)
    print(table(measured))
    if wanted.write:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), measured), encoding="utf-8")
