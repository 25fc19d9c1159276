"""The extractors that are compared, and how each is called."""

from __future__ import annotations

from dataclasses import dataclass

NEWSPAPER = "newspaper4k[bn,hi,ja,nlp,np,ta,th,zh]==0.9.6"
"""With the tokenizers of all languages that want one; without them such a page raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One extractor: a row of the results, a column of the table."""

    name: str
    """As `PEERS=` names it."""
    title: str
    """As the table heads its column."""
    package: str
    """The distribution whose version is told."""
    adapter: str
    """A module of `adapters`."""
    requirements: tuple[str, ...] = ()
    """What is installed into a virtual environment of its own; without any it runs in the project's."""
    lacks: frozenset[str] = frozenset()
    """Figures, by the start of their names, of fields that it does not extract as it is called."""
    call: str
    """How it is called, in Markdown."""


PEERS = (
    Peer(
        name="broadsheet",
        title="Broadsheet",
        package="broadsheet",
        adapter="broadsheet",
        call="`process` with the bytes and the address, and no source's settings.",
    ),
    Peer(
        name="trafilatura",
        title="trafilatura",
        package="trafilatura",
        adapter="trafilatura",
        lacks=frozenset({"date.instant", "bullets.f1", "bullets.page"}),
        call="`bare_extraction(html, url=url, with_metadata=True, include_comments=False)`; each line is a paragraph. "
        "Its dates are days.",
    ),
    Peer(
        name="trafilatura-times",
        title="trafilatura with times",
        package="trafilatura",
        adapter="trafilatura_times",
        lacks=frozenset({"bullets.f1", "bullets.page"}),
        call='the same with `date_extraction_params` whose `outputformat` is `"%Y-%m-%dT%H:%M:%S%z"`, the option that '
        "keeps time and zone.",
    ),
    Peer(
        name="newspaper4k",
        title="newspaper4k",
        package="newspaper4k",
        adapter="newspaper4k",
        requirements=(NEWSPAPER,),
        lacks=frozenset({"bullets.f1", "bullets.page"}),
        call="`Article(url, fetch_images=False)`, `.download(input_html=html)`, `.parse()`, with the extras for "
        "Arabic, Bengali, Chinese, Hindi, Japanese, Korean, Nepali, Tamil and Thai; "
        "the language is read from the page.",
    ),
    Peer(
        name="news-please",
        title="news-please",
        package="news-please",
        adapter="news_please",
        requirements=("news-please==1.6.16", NEWSPAPER),
        lacks=frozenset({"date.instant", "bullets.f1", "bullets.page"}),
        call="`NewsPlease.from_html(html, url=url, fetch_images=False)` with the same extras, the text decoded by the "
        "encoding that the page declares, as `from_warc` does; each line of `maintext` is a paragraph. It drops the "
        "zone of its dates.",
    ),
    Peer(
        name="resiliparse",
        title="Resiliparse",
        package="resiliparse",
        adapter="resiliparse",
        requirements=("resiliparse==2.0.1",),
        lacks=frozenset({"title", "date", "authors", "bullets.f1", "bullets.page"}),
        call="`extract_plain_text(tree, main_content=True, preserve_formatting=True, list_bullets=False, "
        "alt_texts=False, comments=False, post_meta=False)` on the tree of `HTMLTree.parse_from_bytes` with the "
        "detected encoding; each block is a paragraph. It extracts text alone.",
    ),
)
BY_NAME = {peer.name: peer for peer in PEERS}
