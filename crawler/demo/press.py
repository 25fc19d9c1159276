"""All that the demo serves, by host and path."""

from __future__ import annotations

import functools

from crawler.demo import fault_pages, forms, manners, specials
from crawler.demo.model import articles
from crawler.demo.papers import PAPERS
from crawler.demo.site import Site, article_files, paper_files


def press() -> Site:
    """The papers, their special pages and the hosts of the fault routes, in a dict of one's own."""
    return dict(_printed())


@functools.cache
def _printed() -> Site:
    site: Site = {}
    for paper in PAPERS:
        site |= paper_files(paper)
    for article in articles():
        site |= article_files(article)
    for add in specials.ADDITIONS:
        site |= add()
    return site | fault_pages.pages() | manners.pages() | forms.pages()
