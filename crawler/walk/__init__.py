"""The way from a source's entrances to its articles' pages, in the words of Scrapy's requests and answers."""

from crawler.walk.articles import Articles
from crawler.walk.asking import MAX_HOPS, Asking
from crawler.walk.entrances import Entrances

__all__ = ["MAX_HOPS", "Articles", "Asking", "Entrances"]
