"""The invented papers: who they are, and where their entrances stand. A new paper is one row here and one template."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper.

    ``key`` names its templates and its style sheet; ``encoding`` is Python's name of the encoding of its pages and
    ``content_type`` how it announces them; ``timezone`` an IANA name. ``sections`` are path and title.
    ``entrances`` are the addresses that the demo's configuration lists, ``crawl_delay`` is in seconds.
    """

    key: str
    name: str
    host: str
    motto: str
    language: str
    timezone: str
    encoding: str = "utf-8"
    content_type: str = "text/html; charset=utf-8"
    sections: tuple[tuple[str, str], ...] = ()
    entrances: tuple[str, ...] = ()
    crawl_delay: float = 0.1
    aliases: tuple[str, ...] = ()

    @property
    def home(self) -> str:
        """The address of the front page."""
        return self.address("/")

    def address(self, path: str) -> str:
        """The absolute address of one of the paper's paths."""
        return f"http://{self.host}{path}"


PAPERS: tuple[Paper, ...] = (
    Paper(
        key="courier",
        name="The Port Ellery Courier",
        host="courier.test",
        motto="Tides, trade and the town since 1871",
        language="en",
        timezone="Europe/London",
        sections=(("/world/", "World"), ("/business/", "Business")),
        entrances=("/sitemap-index.xml", "/feed.xml", "/"),
        aliases=("www.courier.test", "m.courier.test"),
    ),
    Paper(
        key="saltmarsh",
        name="Saltmarsh Ledger",
        host="saltmarsh.test",
        motto="Notes on water, towns and the people who count things",
        language="en-US",
        timezone="America/New_York",
        entrances=("/feed/", "/"),
    ),
    Paper(
        key="hohenlau",
        name="Hohenlauer Tagbote",
        host="hohenlau.test",
        motto="Unabhängig im Tal der Lau",
        language="de",
        timezone="Europe/Berlin",
        sections=(("/region/", "Region"), ("/wissen/", "Wissen")),
        entrances=("/atom.xml", "/sitemap.xml", "/"),
    ),
    Paper(
        key="valdoree",
        name="La Gazette de Valdorée",
        host="valdoree.test",
        motto="Le journal de la vallée, sur l'Internet depuis 1996",
        language="fr",
        timezone="Europe/Paris",
        encoding="windows-1252",
        content_type="text/html",
        entrances=("/",),
    ),
    Paper(
        key="shiomi",
        name="汐見新報",
        host="shiomi.test",
        motto="港と丘のまちの新聞",
        language="ja",
        timezone="Asia/Tokyo",
        encoding="shift_jis",
        content_type="text/html; charset=Shift_JIS",
        entrances=("/index.rdf", "/"),
    ),
    Paper(
        key="meridian",
        name="Meridian Dispatch",
        host="meridian.test",
        motto="One wire, many languages",
        language="en",
        timezone="UTC",
        sections=(("/es/", "Español"), ("/el/", "Ελληνικά"), ("/ru/", "Русский"), ("/ar/", "العربية")),
        entrances=("/feed.json", "/sitemap.txt", "/"),
    ),
)

MAIN = PAPERS[0]
"""The paper that a browser sees at the demo's own address."""


def paper(key: str) -> Paper:
    """The paper of that key.

    :raises KeyError: where there is none
    """
    for candidate in PAPERS:
        if candidate.key == key:
            return candidate
    raise KeyError(key)


def canonical_host(host: str) -> str:
    """The paper's own host for one of its aliases, any other host as it is."""
    return next((candidate.host for candidate in PAPERS if host in candidate.aliases), host)
