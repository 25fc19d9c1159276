"""newspaper4k: `Article.download(input_html=…).parse()`, the page's language read from its markup."""

from __future__ import annotations

from newspaper import Article

from adapters import Answer, nltk_data

nltk_data.install()


def extract(html: bytes, url: str) -> Answer:
    """Return the article; newspaper4k never refuses a page that it can parse."""
    article = Article(url, fetch_images=False)
    article.download(input_html=html)
    article.parse()
    return Answer(
        title=article.title,
        published=article.publish_date,
        authors=article.authors,
        paragraphs=article.text.split("\n\n"),
    )
