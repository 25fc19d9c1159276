"""The demo's articles: their text, and the truth that an extractor should find in the pages made from them."""

from __future__ import annotations

import datetime as dt
import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Literal, TypeVar, get_args
from zoneinfo import ZoneInfo

from crawler.demo import markup
from crawler.demo.papers import PAPERS, Paper, paper

Access = Literal["free", "metered", "paywalled", "registration"]
Kind = Literal["news", "opinion", "liveblog"]
Trait = Literal[
    "amp",  # an AMP twin stands beside the page
    "bare-date",  # only a date in words is visible, nothing machine-readable
    "comments",  # readers' comments stand below
    "correction",  # a correction is printed, and the page was modified
    "javascript",  # the page is an empty shell; a script fetches the text
    "naive-time",  # the page gives a local time without its zone
    "noai",  # X-Robots-Tag: noai, noml
    "syndicated",  # reprinted from another of the papers
    "wrong-charset",  # the page declares another charset than it is written in
]

_Word = TypeVar("_Word", bound=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoArticle:
    """One article, with what a reader would say is right for its page.

    ``published`` and ``modified`` are aware instants, in the paper's own time zone; ``published`` is None where the
    page tells a day alone. ``date`` is the day on the publisher's calendar. ``body`` holds the paragraphs, subheads,
    quotes and list items in reading order; table cells stand in ``tables`` (rows of cells). ``charset`` is the Python
    name of the encoding in which the page is really written; ``canonical_url`` what the page declares.
    ``kind``, ``access`` and ``section`` are true, but not every page tells them; ``description`` stands on the front
    page and in the feed, and on the page itself everywhere but in the paper of the 1990s.
    ``traits`` say what is particular about the page.
    """

    url: str
    paper: str
    language: str
    charset: str
    title: str
    date: dt.date
    published: dt.datetime | None
    modified: dt.datetime | None
    bullets: tuple[str, ...]
    body: tuple[str, ...]
    tables: tuple[tuple[str, ...], ...]
    authors: tuple[str, ...]
    section: str | None
    kind: Kind
    access: Access
    description: str | None
    tags: tuple[str, ...]
    image_url: str | None
    image_caption: str | None
    image_credit: str | None
    canonical_url: str
    correction: str | None
    traits: frozenset[Trait]
    blocks: tuple[markup.Block, ...]

    @property
    def path(self) -> str:
        """The path of ``url``."""
        return self.url.removeprefix(self.home.address(""))

    @property
    def slug(self) -> str:
        """The last word of the path, without an extension."""
        return self.path.rstrip("/").rsplit("/", 1)[-1].removesuffix(".html").removesuffix(".htm")

    @property
    def home(self) -> Paper:
        """The paper that prints it."""
        return paper(self.paper)

    @property
    def instant(self) -> dt.datetime:
        """``published``, or noon of ``date`` in the paper's zone: for feeds, which must give an instant."""
        return self.published or dt.datetime.combine(self.date, dt.time(12), ZoneInfo(self.home.timezone))


@functools.cache
def articles() -> tuple[DemoArticle, ...]:
    """All true articles of the papers, newest first; walls, shells and error pages are not among them."""
    return tuple(article for article in _all() if "javascript" not in article.traits)


def rendered_articles() -> tuple[DemoArticle, ...]:
    """The articles that exist only once a script has run."""
    return tuple(article for article in _all() if "javascript" in article.traits)


@functools.cache
def _all() -> tuple[DemoArticle, ...]:
    folder = resources.files("crawler.demo") / "articles"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".txt"))
    found = [read_article((folder / name).read_text("utf-8"), name) for name in names]
    return tuple(sorted(found, key=lambda article: (article.instant, article.url), reverse=True))


def of_paper(key: str) -> tuple[DemoArticle, ...]:
    """The articles of one paper, newest first."""
    return tuple(article for article in articles() if article.paper == key)


def article(url: str) -> DemoArticle:
    """The article at that address.

    :raises KeyError: where there is none
    """
    for candidate in articles():
        if candidate.url == url:
            return candidate
    raise KeyError(url)


def read_article(text: str, name: str) -> DemoArticle:
    """Read one article file: TOML between two lines of ``+++``, then the text in the markup of :mod:`.markup`.

    :raises ValueError: where a key is missing, unknown or of a wrong type; the message begins with ``name``
    """
    try:
        _, head, body = text.split("+++", 2)
        return _build(_Head(tomllib.loads(head)), markup.parse(body))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


class _Head:
    """The typed reading of an article's TOML head; it knows which keys were asked for."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = dict(values)

    def text(self, key: str) -> str | None:
        value = self._values.pop(key, None)
        if value is not None and not isinstance(value, str):
            raise ValueError(f"{key} is no text")
        return value

    def required(self, key: str) -> str:
        value = self.text(key)
        if value is None:
            raise ValueError(f"{key} is missing")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._values.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ValueError(f"{key} is no list of texts")
        return tuple(value)

    def moment(self, key: str) -> dt.datetime | dt.date | None:
        value = self._values.pop(key, None)
        if value is not None and not isinstance(value, dt.date):
            raise ValueError(f"{key} is no date")
        if isinstance(value, dt.datetime) and value.tzinfo is None:
            raise ValueError(f"{key} has no offset")
        return value

    def finish(self) -> None:
        if self._values:
            raise ValueError(f"unknown keys {sorted(self._values)}")


def _build(head: _Head, blocks: tuple[markup.Block, ...]) -> DemoArticle:
    home = paper(head.required("paper"))
    path = head.required("path")
    published = head.moment("published")
    modified = head.moment("modified")
    if published is None:
        raise ValueError("published is missing")
    traits = frozenset[Trait](_known(head.texts("traits"), get_args(Trait)))
    image = head.text("image_caption")
    url = home.address(path)
    built = DemoArticle(
        url=url,
        paper=home.key,
        language=head.text("language") or home.language,
        charset=head.text("charset") or home.encoding,
        title=head.required("title"),
        date=published.date() if isinstance(published, dt.datetime) else published,
        published=published if isinstance(published, dt.datetime) else None,
        modified=modified if isinstance(modified, dt.datetime) else None,
        bullets=head.texts("bullets"),
        body=tuple(text for block in blocks for text in block.texts),
        tables=tuple(row for block in blocks if block.kind == "table" for row in block.cells),
        authors=head.texts("authors"),
        section=head.text("section"),
        kind=_known((head.text("kind") or "news",), get_args(Kind))[0],
        access=_known((head.text("access") or "free",), get_args(Access))[0],
        description=head.text("description"),
        tags=head.texts("tags"),
        image_url=None,
        image_caption=image,
        image_credit=head.text("image_credit"),
        canonical_url=head.text("canonical") or url,
        correction=head.text("correction"),
        traits=traits,
        blocks=blocks,
    )
    head.finish()
    return replace(built, image_url=home.address(f"/images/{built.slug}.svg")) if image else built


def _known(values: tuple[str, ...], allowed: tuple[_Word, ...]) -> tuple[_Word, ...]:
    words = {str(word): word for word in allowed}
    unknown = set(values) - set(words)
    if unknown:
        raise ValueError(f"{sorted(unknown)} is none of {sorted(words)}")
    return tuple(words[value] for value in values)


def paper_of(host: str) -> Paper | None:
    """The paper of that host, or None."""
    return next((candidate for candidate in PAPERS if candidate.host == host), None)
