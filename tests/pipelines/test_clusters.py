"""Which articles are copies of which, and what becomes of that when articles come, change and go."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

import storage
from pipelines.clusters import cluster, run
from pipelines.clusters.candidates import candidates
from pipelines.clusters.houses import RECURS, Houses
from pipelines.clusters.likeness import ENOUGH, estimated, likeness
from pipelines.clusters.shingles import SIGNS, WORDS, paragraphs, shingles, tokens_of
from pipelines.clusters.signatures import METHOD, SLOTS, estimates, signatures
from pipelines.urls import article_id, canonical
from storage import replace, snapshots
from storage.archive import Archive
from storage.errors import ArchiveBusy
from storage.records import Article
from storage.rewrite import without
from storage.schema import ARTICLES
from tests.archive_samples import NOON, article, make

DAY = dt.timedelta(days=1)
GOLDEN = [39961, 45723, 60036, 21074, 57399, 20657, 5902, 25999]


def text(seed: int, count: int = 6) -> str:
    """Paragraphs of invented words; another seed has nothing in common with it."""
    dice = random.Random(seed)
    words = ["".join(dice.choice("abcdefghijklmnoprstuvw") for _ in range(dice.randint(2, 9))) for _ in range(900)]
    return "\n\n".join(" ".join(dice.choice(words) for _ in range(50)) for _ in range(count))


def part(body: str, begin: int, end: int) -> str:
    return "\n\n".join(body.split("\n\n")[begin:end])


def put(archive: Archive, *rows: Article) -> None:
    """Append articles in a run of their own."""
    number = archive.articles(all_revisions=True).count_rows()
    archive.append(ARTICLES, rows, run=f"r{number}", number=1)


def told(archive: Archive) -> dict[int, tuple[str, str]]:
    """Cluster and role of each article, by its number."""
    rows = archive.clusters().to_table(["id", "cluster", "role"]).to_pylist()
    assert len({row["id"] for row in rows}) == len(rows), "a row stands twice"
    return {int(row["id"], 16): (row["cluster"], row["role"]) for row in rows}


def groups(archive: Archive) -> list[list[int]]:
    """The numbers of the articles of each cluster that has more than one, the first in front."""
    found = defaultdict(list)
    for number, (name, role) in told(archive).items():
        found[name].append((role != "first", number))
    return sorted([number for _, number in sorted(one)] for one in found.values() if len(one) > 1)


@pytest.mark.parametrize(
    ("written", "tokens"),
    [
        ("Hello, World! It's 3 p.m.", ("hello", "world", "it", "s", "3", "p", "m")),
        ("ＦＵＬＬ width", ("full", "width")),
        ("市長は7日、", ("市", "長", "は", "7", "日")),
        ("नमस्ते दुनिया", ("नमस्ते", "दुनिया")),
        ("naïve nai\u0308ve", ("naïve", "naïve")),
        ("“ — ”", ()),
    ],
)
def test_what_counts_of_a_text(written: str, tokens: tuple[str, ...]) -> None:
    assert tokens_of(written) == tokens


def test_shingles_are_of_words_or_of_signs() -> None:
    assert len(shingles(tokens_of("one two three four five six"))) == 6 - WORDS + 1
    assert len(shingles(tokens_of("市長は港の船を数えた"))) == 10 - SIGNS + 1
    assert not len(shingles(tokens_of("too few words")))
    assert not set(shingles(("a", "b", "c", "d")).tolist()) & set(shingles(("d", "c", "b", "a")).tolist())


def test_signatures_of_a_release_are_those_of_the_next() -> None:
    """They stand in archives: where rensa or the shingles change, METHOD has to change with this."""
    made = signatures([shingles(tokens_of(text(1)))])
    assert METHOD == "minhash-1 rensa-2 4w6c 128x16"
    assert made[0, :8].tolist() == GOLDEN


def test_an_estimate_is_near_the_truth() -> None:
    one, other = shingles(tokens_of(text(1))), shingles(tokens_of(part(text(1), 0, 3) + "\n\n" + text(2, 3)))
    exact = likeness(one, other)
    made = signatures([one, other])
    found = estimated(float(estimates(made[:1], made[1:])[0]), len(one), len(other))
    assert exact.jaccard == pytest.approx(1 / 3, abs=0.02)
    assert found.jaccard == pytest.approx(exact.jaccard, abs=0.15)
    assert found.contained == pytest.approx(exact.contained, abs=0.15)


def test_candidates_are_found_and_others_are_not() -> None:
    bodies = [text(seed) for seed in range(200)] + [part(text(seed), 0, 3) for seed in range(50)]
    made = signatures([shingles(tokens_of(body)) for body in bodies])
    pairs, alike = candidates(made, np.ones(len(made), np.bool_), 200)
    assert {(int(one), int(other)) for one, other in pairs} == {(seed, 200 + seed) for seed in range(50)}
    assert (np.diff(alike) <= 0).all()
    gone = np.ones(len(made), np.bool_)
    gone[7] = False
    assert (7, 207) not in {(int(one), int(other)) for one, other in candidates(made, gone, 200)[0]}


def test_a_hundred_same_texts_make_a_chain_and_not_all_pairs() -> None:
    made = np.repeat(signatures([shingles(tokens_of(text(1)))]), 100, axis=0)
    pairs, _ = candidates(made, np.ones(100, np.bool_), 0)
    assert {int(right) for _, right in pairs} == set(range(1, 100))
    assert len(pairs) < 700


def test_what_a_house_prints_below_different_texts_is_its_own() -> None:
    houses = Houses()
    foot = "Read more of what our harbour reporters write every day."
    for seed in range(RECURS):
        assert houses.own() == frozenset()
        houses.add([paragraphs("harbour", f"{text(seed, 2)}\n\n{foot}").marks])
    (own,) = houses.own()
    assert own == paragraphs("harbour", foot).marks[0]
    assert own != paragraphs("elsewhere", foot).marks[0]
    notice = f"{text(7, 2)}\n\n{foot}"
    kept = paragraphs("harbour", notice).shingles(houses.own())
    assert kept.tolist() == shingles(tokens_of(text(7, 2))).tolist()
    assert paragraphs("elsewhere", notice).shingles(houses.own()).tolist() == shingles(tokens_of(notice)).tolist()


def test_a_text_under_many_addresses_of_a_house_is_not_its_own() -> None:
    houses = Houses()
    houses.add([paragraphs("harbour", text(1)).marks] * 9)
    assert houses.own() == frozenset()


def test_copies_are_labelled_and_nothing_else_is(tmp_path: Path) -> None:
    archive = make(tmp_path)
    foot = "\n\n" + text(99, 1)
    short = [text(100 + number, 1)[:100] for number in range(6)]
    put(
        archive,
        *(article(number, body=text(number), date_published=NOON - DAY * number) for number in range(1, 8)),
        article(11, body=text(1), source="b", date_published=NOON - 9 * DAY),
        article(12, body=part(text(2), 0, 3), source="b", date_published=NOON),
        article(13, body=text(3, 5) + "\n\n" + text(33, 2), source="b", date_published=NOON),
        # Notices of one house with the same long foot, and a text that is too short to tell.
        *(article(20 + number, body=body + foot, source="c") for number, body in enumerate(short)),
        *(article(30 + number, body="Watch the video above.", source="d") for number in range(3)),
        # A round-up holds three reports, one of them alone a quarter of it.
        article(40, body="\n\n".join(text(seed, 3) for seed in (5, 6, 7)) + "\n\n" + text(44, 9), source="e"),
    )
    done = cluster(archive)
    assert (done.compared, done.copies) == (20, 3)
    assert groups(archive) == [[2, 12], [3, 13], [11, 1]]
    rows = {int(row["id"], 16): row for row in archive.clusters().to_table().to_pylist()}
    assert rows[12]["contained"] == pytest.approx(1.0)
    assert rows[12]["similarity"] == pytest.approx(0.5, abs=0.02)
    assert rows[30]["shingles"] < ENOUGH
    assert rows[30]["signature"] is None
    assert len(rows[1]["signature"]) == 2 * SLOTS
    assert rows[1]["known_by"] == "date_published"
    assert rows[20]["known_by"] == "first_seen"
    assert archive.articles().count_rows() == 20, "copies are labelled, never dropped"


def test_a_cluster_keeps_its_name_whoever_joins(tmp_path: Path) -> None:
    archive = make(tmp_path)
    put(archive, article(1, body=text(1)), article(2, body=text(2)), article(3, body=text(3)))
    cluster(archive)
    before = told(archive)
    put(archive, article(11, body=text(1), date_published=NOON - DAY), article(12, body=text(2), row="00-earlier"))
    done = cluster(archive)
    after = told(archive)
    assert (done.compared, done.retold) == (2, 1)
    assert after[11] == (before[1][0], "first"), "who was published earlier is the first"
    assert after[1] == (before[1][0], "copy")
    assert after[12] == (before[2][0], "copy")
    assert after[3] == before[3]
    assert cluster(archive) == run.Clustered(run=None, compared=0, copies=0, merged=0, retold=0, gone=0)
    assert told(archive) == after


def test_two_clusters_that_meet_become_the_older_one(tmp_path: Path) -> None:
    archive = make(tmp_path)
    whole = text(1, 8)
    put(archive, article(1, body=part(whole, 0, 4)), article(2, body=part(whole, 2, 8)))
    cluster(archive)
    before = told(archive)
    assert before[1][0] != before[2][0]
    put(archive, article(3, body=whole, source="b"))
    assert cluster(archive).merged == 1
    assert {name for name, _ in told(archive).values()} == {before[1][0]}


def test_a_report_does_not_unite_two_that_have_nothing_in_common(tmp_path: Path) -> None:
    archive = make(tmp_path)
    put(archive, article(1, body=text(1, 4)), article(2, body=text(2, 4)))
    cluster(archive)
    put(archive, article(3, body=text(1, 4) + "\n\n" + text(2, 4), source="b"))
    cluster(archive)
    after = told(archive)
    assert after[1][0] != after[2][0]
    assert after[3][0] in (after[1][0], after[2][0])


def test_a_reprint_that_says_so_is_never_the_first(tmp_path: Path) -> None:
    archive = make(tmp_path)
    original = "http://harbour.test/1"
    put(
        archive,
        article(1, body=text(1), id=article_id(canonical(original)), date_published=NOON),
        article(2, body=text(1), source="b", declared_canonical=original, date_published=NOON - DAY),
        # So much was left out and added that only what the page says makes it a copy.
        article(3, body=part(text(1), 0, 3) + "\n\n" + text(2, 3), source="c", declared_canonical=original),
        article(4, body=part(text(1), 0, 3) + "\n\n" + text(3, 3), source="d"),
    )
    cluster(archive)
    rows = {row["source"]: row for row in _with_source(archive)}
    assert [rows[name]["role"] for name in ("harbour", "b", "c", "d")] == ["first", "copy", "copy", "first"]
    assert rows["c"]["cluster"] == rows["harbour"]["cluster"]
    assert [rows[name]["reprint"] for name in ("harbour", "b", "c", "d")] == [False, True, True, False]


def _with_source(archive: Archive) -> list[dict[str, str]]:
    sources = {row["id"]: row["source"] for row in archive.articles().to_table(["id", "source"]).to_pylist()}
    return [row | {"source": sources[row["id"]]} for row in archive.clusters().to_table().to_pylist()]


def test_an_edited_article_is_compared_anew(tmp_path: Path) -> None:
    archive = make(tmp_path)
    put(archive, article(1, body=text(1)), article(2, body=text(1), source="b"), article(3, body=text(3)))
    cluster(archive)
    before = told(archive)
    put(
        archive,
        article(1, body=text(9), row="2027", revision="r2"),
        article(3, body=text(8), row="2028", revision="r2"),
    )
    done = cluster(archive)
    after = told(archive)
    assert done.compared == 2
    assert after[2] == (before[1][0], "first"), "who stays keeps the name"
    assert after[1] == ("2027", "first")
    assert after[3] == before[3], "an article that is alone keeps its cluster"


def test_an_article_that_is_no_more_takes_its_row_along(tmp_path: Path) -> None:
    archive = make(tmp_path)
    put(archive, article(1, body=text(1)), article(2, body=text(1), source="b"))
    cluster(archive)
    without(archive.root, ARTICLES, lambda rows: pc.equal(rows["source"], "harbour"))
    done = cluster(archive)
    assert (done.gone, done.retold) == (1, 1)
    assert {number: role for number, (_, role) in told(archive).items()} == {2: "first"}


def test_rows_of_another_method_are_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = make(tmp_path)
    put(archive, article(1, body=text(1)), article(2, body=text(1), source="b"))
    cluster(archive)
    before = told(archive)
    for module in ("run", "rows", "members"):
        monkeypatch.setattr(f"pipelines.clusters.{module}.METHOD", "next")
    put(archive, article(3, body=text(1), source="c"))
    assert cluster(archive).compared == 3
    assert {name for name, _ in told(archive).values()} == {before[1][0]}
    assert set(archive.clusters().to_table(["method"])["method"].to_pylist()) == {"next"}


def test_all_compares_all_and_changes_no_name(tmp_path: Path) -> None:
    archive = make(tmp_path)
    put(archive, *(article(number, body=text(number % 5), source=f"s{number}") for number in range(20)))
    cluster(archive)
    before = told(archive)
    done = cluster(archive, again=True, batch=7)
    assert done.compared == 20
    assert told(archive) == before


def test_batches_and_a_kill_between_them_come_to_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [article(number, body=text(number % 7), source=f"s{number}") for number in range(21)]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole, killed = make(tmp_path / "a"), make(tmp_path / "b")
    put(whole, *rows)
    put(killed, *rows)
    cluster(whole)

    class Killed(BaseException):
        pass

    begin = replace.begin
    calls = iter(range(99))

    def dying(*given: object) -> None:
        if next(calls) == 1:
            raise Killed
        begin(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(replace, "begin", dying)
    with pytest.raises(Killed):
        cluster(killed, batch=5)
    assert len(told(killed)) == 5
    assert cluster(killed, batch=5).compared == 16
    assert told(killed) == told(whole)
    assert set(killed.runs().to_table(["command", "outcome"]).to_pylist()[0].values()) == {"cluster", "done"}


def test_since_leaves_older_ones_for_later(tmp_path: Path) -> None:
    archive = make(tmp_path)
    put(archive, article(1, body=text(1), date_published=NOON - 9 * DAY), article(2, body=text(1), source="b"))
    assert cluster(archive, since=NOON.date()).compared == 1
    assert cluster(archive).compared == 1
    assert groups(archive) == [[1, 2]]


def test_it_waits_for_nobody(tmp_path: Path) -> None:
    archive = make(tmp_path)
    with archive.lock_maintenance("compacting"), pytest.raises(ArchiveBusy, match="compacting"):
        cluster(archive)


def test_a_snapshot_from_before_the_table_shows_none_of_it(tmp_path: Path) -> None:
    archive = make(tmp_path)
    put(archive, article(1, body=text(1)))
    pin = snapshots.pin(archive.root, "then")
    older = [one for one in pin.tables if one.table != "clusters"]
    snapshots.save(archive.root, snapshots.Snapshot(name="then", at=pin.at, tables=tuple(older)))
    cluster(archive)
    assert storage.open_archive(archive.root, as_of="then").clusters().count_rows() == 0
    assert storage.open_archive(archive.root).clusters().count_rows() == 1
