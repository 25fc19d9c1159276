"""A small invented press, served from the package: what ``broadsheet demo`` and the tests crawl.

Six papers (:data:`PAPERS`) in eight languages and three encodings, the truth of every article (:func:`articles`), and
hosts that no paper links to: ``faults.test`` (servers that misbehave), ``keypoints.test`` (key points in many forms),
``rights.test`` and ``robots-….test`` (what a crawler may do).

>>> from crawler.demo import DemoServer, articles
>>> with DemoServer() as server:  # doctest: +SKIP
...     print(server.proxy_url)  # to be set as http_proxy, or opened in a browser

To add an article, put a file into ``articles/``; a paper is a row of :mod:`.papers`, a module in ``layouts/`` with its
templates and style sheet; a special page a line in :mod:`.specials`; a fault a function in :mod:`.faults` or a line in
:mod:`.fault_pages`; a form of key points a row of :mod:`.forms`.
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
