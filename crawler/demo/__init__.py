"""A small invented press landscape, served from the package: what ``broadsheet demo`` and the tests crawl.

>>> from crawler.demo import DemoServer, articles
>>> with DemoServer() as server:  # doctest: +SKIP
...     print(server.proxy_url)
"""

from crawler.demo.config import demo_config_toml
from crawler.demo.faults import FAULTS_HOST
from crawler.demo.handler import Request
from crawler.demo.model import DemoArticle, articles, rendered_articles
from crawler.demo.papers import MAIN, PAPERS, Paper
from crawler.demo.resource import Resource
from crawler.demo.server import DemoServer
from crawler.demo.specials import SECRET_COOKIE, NoArticle, no_articles

SHOWCASE_URL = "http://saltmarsh.test/2025/06/12/the-woman-who-weighs-the-tide/"
"""The blog article with three key points and a comment form: what the demo shows at its end."""

MAIN_URL = MAIN.home.rstrip("/")
"""The main paper's address, without a slash at its end."""

__all__ = [
    "FAULTS_HOST",
    "MAIN_URL",
    "PAPERS",
    "SECRET_COOKIE",
    "SHOWCASE_URL",
    "DemoArticle",
    "DemoServer",
    "NoArticle",
    "Paper",
    "Request",
    "Resource",
    "articles",
    "demo_config_toml",
    "no_articles",
    "rendered_articles",
]
