"""Key points in the forms that newsrooms give them, and lists above a text that are no key points.

All stand on a host of their own, announced by its ``/feed.xml``. Adding a form is one row of :data:`FORMS`.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.demo import feeds
from crawler.demo.resource import Resource
from crawler.demo.site import Key, Site

FORMS_HOST = "keypoints.test"
"""Where the forms stand."""

POINTS = (
    "The lock at Upper Wend stays shut until the first week of September.",
    "Boats will be lifted over the weir by a crane from the quarry.",
    "Owners pay nothing if they help to build the ramp.",
)
"""The key points of every page that has some."""

PARAGRAPHS = (
    "The lock at Upper Wend, which was to reopen for the regatta, will stay shut until September. A diver found on "
    "Friday that the lower gate no longer meets its sill, and that the sill no longer quite meets the ground.",
    "For the forty boats above the lock the canal company has hired a crane from the slate quarry. It will lift them "
    "over the weir one by one, beginning on Monday at first light, and is expected to need four days.",
    "The company's bailiff, Rosalind Harke, asked for patience and for planks. A ramp has to be built for the crane, "
    "and whoever lends a hand will have the fee for the lifting waived.",
    "By Saturday evening twenty-six owners had put their names down. One of them, a retired pastry cook, has offered "
    "to lead the catering, on the understanding that nobody asks him to lift anything.",
)
"""The body of every page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPointForm:
    """One form: ``before`` stands between headline and text, ``within`` at the head of the text itself.

    ``bullets`` is the truth; ``reason`` says why.
    """

    name: str
    reason: str
    before: str = ""
    within: str = ""
    after: str = ""
    bullets: tuple[str, ...] = POINTS

    @property
    def url(self) -> str:
        """Where the page stands."""
        return f"http://{FORMS_HOST}/2025/06/07/{self.name}"


def _ul(items: tuple[str, ...] = POINTS, pattern: str = "<li>{}</li>") -> str:
    return "<ul>" + "".join(pattern.format(item) for item in items) + "</ul>"


_LINKED = tuple(f'<a href="/{number}">{text}</a>' for number, text in enumerate(POINTS))

FORMS: tuple[KeyPointForm, ...] = (
    KeyPointForm(name="plain-list", reason="a plain list opens the body", within=_ul()),
    KeyPointForm(name="after-headline", reason="a plain list follows the headline", before=_ul()),
    KeyPointForm(
        name="telling-class",
        reason="a box with a telling class, no label",
        before=f'<div class="article-highlights">{_ul()}</div>',
    ),
    KeyPointForm(
        name="telling-id", reason="a list with a telling id", before=_ul().replace("<ul>", '<ul id="key-takeaways">')
    ),
    KeyPointForm(name="labelled", reason="a heading names it", before=f"<section><h2>Key Points</h2>{_ul()}</section>"),
    KeyPointForm(
        name="labelled-paragraph", reason="a bold line names it", within=f"<p><strong>Highlights</strong></p>{_ul()}"
    ),
    KeyPointForm(
        name="label-as-item",
        reason="the label is the first item of the list",
        before=f'<div class="summary-box">{_ul(("Key takeaways", *POINTS))}</div>',
    ),
    KeyPointForm(
        name="line-breaks",
        reason="lines split by br under a label",
        before=f'<div class="keypoints"><b>At a glance</b><br>• {"<br>• ".join(POINTS)}</div>',
    ),
    KeyPointForm(
        name="headings",
        reason="several h2 in a row after the headline",
        before="".join(f"<h2>{point}</h2>" for point in POINTS),
    ),
    KeyPointForm(
        name="heading-wraps-list", reason="a heading that wraps the list", before=f'<h2 class="bullets">{_ul()}</h2>'
    ),
    KeyPointForm(
        name="folded",
        reason="folded behind a button",
        before=f'<div class="key-points"><button aria-expanded="false">Show key points</button>'
        f'<div hidden class="key-points-content">{_ul()}</div></div>',
    ),
    KeyPointForm(
        name="promotional-item",
        reason="the last item is an advertisement of the house",
        before=f'<div class="key-points">{_ul((*POINTS, "Visit our homepage for more stories"))}</div>',
    ),
    KeyPointForm(
        name="paragraph-items",
        reason="each item wraps its text in a paragraph",
        before=f'<div class="key-points"><h3>Key points</h3>{_ul(POINTS, "<li><p>{}</p></li>")}</div>',
    ),
    KeyPointForm(
        name="jump-links",
        reason="a list of contents: every item jumps within the page",
        before=_ul(tuple(f'<a href="#part-{n}">{text}</a>' for n, text in enumerate(POINTS))),
        bullets=(),
    ),
    KeyPointForm(
        name="related-links",
        reason="a list of other articles",
        before=f'<div class="related"><h3>Related</h3>{_ul(_LINKED)}</div>',
        bullets=(),
    ),
    KeyPointForm(name="linked-list", reason="a bare list of links elsewhere", within=_ul(_LINKED), bullets=()),
    KeyPointForm(
        name="share-list",
        reason="a share list",
        before='<ul class="share"><li>Share on the social network</li><li>Send by electronic mail</li></ul>',
        bullets=(),
    ),
    KeyPointForm(
        name="one-sentence",
        reason="one sentence in a box is the description",
        before=f'<div class="summary"><p>{POINTS[0]}</p></div>',
        bullets=(),
    ),
    KeyPointForm(
        name="list-in-text",
        reason="a list in the middle of the text belongs to the text",
        after=f"<p>Owners are asked to bring:</p>{_ul(('planks of at least three metres', 'gloves for two people'))}",
        bullets=(),
    ),
    KeyPointForm(
        name="fact-box",
        reason="a fact box within the text",
        after='<aside class="factbox"><h3>The lock in figures</h3>'
        "<ul><li>Built in the year 1811</li><li>Fall of 4.2 metres</li></ul></aside>",
        bullets=(),
    ),
    KeyPointForm(
        name="authors",
        reason="a list of authors",
        before='<ul class="authors"><li>By Rosalind Harke in Wend</li><li>By Peter Lomax on board</li></ul>',
        bullets=(),
    ),
    KeyPointForm(name="none", reason="no list at all", bullets=()),
)
"""Every form, those with key points first."""


def pages() -> Site:
    """The pages of all forms, their feed and robots.txt."""
    site: Site = {
        Key(FORMS_HOST, form.url.removeprefix(f"http://{FORMS_HOST}")): Resource(content=html(form)) for form in FORMS
    }
    items = "".join(feeds.item(form.url, form.reason) for form in FORMS)
    site[Key(FORMS_HOST, "/feed.xml")] = Resource(
        content=feeds.channel(FORMS_HOST, items), content_type="application/rss+xml; charset=utf-8"
    )
    site[Key(FORMS_HOST, "/robots.txt")] = Resource(content="User-agent: *\nDisallow:\n", content_type="text/plain")
    return site


def html(form: KeyPointForm) -> str:
    """The page of a form."""
    first, second, *rest = (f"<p>{text}</p>" for text in PARAGRAPHS)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f"<title>Lock at Upper Wend stays shut until September</title>\n"
        '<meta property="article:published_time" content="2025-06-07T18:00:00+01:00">\n</head><body>\n'
        '<nav><ul><li><a href="/">Home</a></li><li><a href="/canals">Canals</a></li></ul></nav>\n<article>\n'
        '<h1>Lock at Upper Wend stays shut until September</h1>\n<p class="byline">By Rosalind Harke</p>\n'
        f'{form.before}\n<div class="article-body">\n{form.within}\n{first}\n{second}\n{form.after}\n'
        f"{''.join(rest)}\n</div>\n</article>\n</body></html>\n"
    )
