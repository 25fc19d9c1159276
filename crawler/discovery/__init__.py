"""From the bytes of a feed, sitemap or front page to announcements: pure functions, no network, no entity expansion.

>>> discover(body, url="https://www.daily.example/feed.xml", content_type="text/xml").links

The kind is told from what came back, never from the URL. Whatever the bytes, the answer is a value.
"""

from crawler.discovery.links import looks_like_article
from crawler.discovery.model import REASONS, Discovery, Link, Reason
from crawler.discovery.read import MAX_SIZE, discover

__all__ = ["MAX_SIZE", "REASONS", "Discovery", "Link", "Reason", "discover", "looks_like_article"]
